import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLauncher, type LauncherFault } from './launcher.ts';
import { keepTokenFile, TOKEN_FILE, type TokenFileOptions } from './token-file.ts';
import { createGoogleVendor, type GoogleVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const HOUR = 3_600_000;

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assay-token-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A launcher and a clock that only moves when the file's keeper waits: each wait is handed out, then let pass. */
function machine(faults: (LauncherFault | undefined)[] = [], random = 0.5) {
  let time = now.getTime();
  const clock = () => new Date(time);
  const launcher = createLauncher(vendor, { clock, fault: () => faults.shift() });
  const waits: { readonly milliseconds: number; readonly pass: () => void }[] = [];
  let noticed = Promise.withResolvers<void>();
  const wait: TokenFileOptions['wait'] = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
      const pass = (): void => {
        time += milliseconds;
        resolve(undefined);
      };
      waits.push({ milliseconds, pass });
      noticed.resolve();
    });
  const nextWait = async (): Promise<number> => {
    if (waits.length === 0) await noticed.promise;
    noticed = Promise.withResolvers();
    const next = waits.shift();
    next?.pass();
    return next?.milliseconds ?? Number.NaN;
  };
  return { launcher, nextWait, options: { directory, clock, wait, random: () => random } };
}

const claims = async () => {
  const [, payload = ''] = (await readFile(join(directory, TOKEN_FILE), 'utf8')).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
};

test('a link that somebody put in its way is not written through', async () => {
  const { launcher, options } = machine();
  const other = join(directory, 'other');
  await writeFile(other, 'precious');
  await symlink(other, join(directory, '.token.tmp'));
  await using _file = await keepTokenFile(launcher, options);
  expect(await readFile(other, 'utf8')).toBe('precious');
  expect(await claims()).toHaveProperty('aud');
});

test('the default token, readable by all, and nothing beside it', async () => {
  const { launcher, options } = machine();
  await using file = await keepTokenFile(launcher, options);
  expect(file.path).toBe(join(directory, 'attestation_verifier_claims_token'));
  expect(await claims()).toMatchObject({ aud: 'https://sts.googleapis.com', iat: now.getTime() / 1000 });
  expect((await stat(file.path)).mode & 0o777).toBe(0o644);
  expect(await readdir(directory)).toEqual([TOKEN_FILE]);
});

describe('it is refreshed', () => {
  test.each([
    [0, 0.7],
    [0.5, 0.8],
    [1, 0.9],
  ])('with chance %d, at %d of its remaining life', async (random, part) => {
    const { launcher, options, nextWait } = machine([], random);
    await using file = await keepTokenFile(launcher, options);
    const before = await stat(file.path);
    expect(await nextWait()).toBeCloseTo(part * HOUR);
    // The next wait begins when the file has been replaced.
    await nextWait();
    expect((await claims()).iat).toBe(Math.floor((now.getTime() + part * HOUR) / 1000));
    // Replaced, not rewritten: whoever has the old one open still reads all of it.
    expect((await stat(file.path)).ino).not.toBe(before.ino);
  });

  test('after a failure in a minute, then ever later up to an hour, and then as before', async () => {
    const fault = { kind: 'answer', status: 500, body: 'down' } as const;
    const { launcher, options, nextWait } = machine([undefined, ...Array<typeof fault>(8).fill(fault), undefined]);
    const errors: unknown[] = [];
    await using file = await keepTokenFile(launcher, { ...options, onError: (error) => errors.push(String(error)) });
    await nextWait();
    const minutes: number[] = [];
    for (let count = 0; count < 8; count += 1) minutes.push((await nextWait()) / 60_000);
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(errors).toEqual(Array<string>(8).fill('Error: down'));
    expect(await nextWait()).toBeCloseTo(0.8 * HOUR);
    expect(file.path).toContain(directory);
  });

  test('after a failure with a jitter of a half', async () => {
    const fault = { kind: 'answer', status: 500, body: 'down' } as const;
    const { launcher, options, nextWait } = machine([undefined, fault, fault], 1);
    await using _file = await keepTokenFile(launcher, options);
    await nextWait();
    expect([await nextWait(), await nextWait()]).toEqual([90_000, 180_000]);
  });

  test('no faster than each second, though the token is no good', async () => {
    const { launcher, options, nextWait } = machine([{ kind: 'token', flaw: 'expired' }]);
    await using _file = await keepTokenFile(launcher, options);
    expect(await nextWait()).toBe(1000);
  });
});

describe('it is not there', () => {
  test('when the first token cannot be had: the launch fails', async () => {
    const { launcher, options } = machine([{ kind: 'answer', status: 500, body: 'down' }]);
    await expect(keepTokenFile(launcher, options)).rejects.toThrow('failed to fetch and write OIDC token: down');
    const half = machine([{ kind: 'answer', status: 200, body: 'a.b.c' }]);
    await expect(keepTokenFile(half.launcher, half.options)).rejects.toThrow('failed to fetch and write OIDC token');
    expect(await readdir(directory)).toEqual([]);
  });

  test('once it is closed, though a request was under way', async () => {
    const { launcher, options, nextWait } = machine([undefined, { kind: 'hang' }]);
    const file = await keepTokenFile(launcher, options);
    await nextWait();
    await file.close();
    expect(await readdir(directory)).toEqual([]);
  });
});
