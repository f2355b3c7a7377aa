import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newFolder, publishedKeysIn } from '../../../../tools/ear-in-tests.ts';
import { createEarKeys, EAR_KEY_LIFE, type EarKeys } from './keys.ts';

const DAY = 86_400;
const start = Date.parse('2026-11-20T12:00:00Z') / 1000;
const { signs, publishedBefore, servedAfter } = EAR_KEY_LIFE;

let folder: ReturnType<typeof newFolder>;
let closing: AsyncDisposableStack;
/** Unix seconds. */
let now: number;
beforeEach(() => {
  folder = newFolder();
  closing = new AsyncDisposableStack();
  now = start;
});
afterEach(async () => {
  await closing.disposeAsync();
  folder.remove();
});

/** An instance with a folder of its own, unless told which, on the one database. */
const instance = async (name = 'a'): Promise<EarKeys> => {
  const published = closing.use(await publishedKeysIn(join(folder.path, 'keys.db')));
  return createEarKeys({ folder: join(folder.path, name), published, clock: () => new Date(now * 1000) });
};
const kidsOf = async (keys: EarKeys): Promise<readonly (string | undefined)[]> =>
  (await keys.published('genuine')).keys.map(({ kid }) => kid);
const signerOf = async (keys: EarKeys): Promise<string> => (await keys.signing('genuine')).kid;
const filesOf = (name = 'a'): readonly string[] => readdirSync(join(folder.path, name)).toSorted();

describe('a key rotates by the clock', () => {
  test('signs for thirty days, its successor published a day before', async () => {
    const keys = await instance();
    const first = await signerOf(keys);
    expect(await kidsOf(keys)).toEqual([first]);
    now = start + signs - publishedBefore - 1;
    expect(await kidsOf(keys)).toEqual([first]);
    now = start + signs - publishedBefore;
    const [, second] = await kidsOf(keys);
    expect(await kidsOf(keys)).toEqual([first, second]);
    expect(second).not.toBe(first);
    now = start + signs - 1;
    expect(await signerOf(keys)).toBe(first);
    now = start + signs;
    expect(await signerOf(keys)).toBe(second);
    now = start + 2 * signs - publishedBefore;
    await keys.published('genuine');
    now = start + 2 * signs;
    expect([first, second]).not.toContain(await signerOf(keys));
  });

  test('is served until its last token has expired, and its private half is removed', async () => {
    const keys = await instance();
    const first = await signerOf(keys);
    const last = start + signs + publishedBefore;
    now = start + signs - 1;
    await keys.published('genuine');
    now = last;
    await keys.signing('genuine');
    now = last + servedAfter - 1;
    expect(await kidsOf(keys)).toContain(first);
    now = last + servedAfter;
    expect(await kidsOf(keys)).not.toContain(first);
    now = start + 2 * signs;
    await keys.signing('genuine');
    expect(filesOf().join()).not.toContain(first);
  });

  test('signs a day longer when nobody asked in time, so that its successor is known before it signs', async () => {
    const keys = await instance();
    const first = await signerOf(keys);
    now = start + signs + publishedBefore / 2;
    expect(await signerOf(keys)).toBe(first);
    const [, second] = await kidsOf(keys);
    now = start + signs + publishedBefore;
    expect(await signerOf(keys)).toBe(second);
  });

  test('is replaced at once after a long sleep', async () => {
    const keys = await instance();
    const first = await signerOf(keys);
    now = start + 400 * DAY;
    const later = await signerOf(keys);
    expect(later).not.toBe(first);
    expect(await kidsOf(keys)).toEqual([later]);
  });

  test('is made once, however many ask at the same time', async () => {
    const keys = await instance();
    now = start + 400 * DAY;
    const kids = await Promise.all(Array.from({ length: 20 }, () => signerOf(keys)));
    expect(new Set(kids).size).toBe(1);
    expect(filesOf()).toHaveLength(2);
  });
});

describe('instances agree', () => {
  test('after a restart the same key signs', async () => {
    const before = await signerOf(await instance());
    now += 3600;
    expect(await signerOf(await instance())).toBe(before);
  });

  test('with folders of their own: each serves the keys of all', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    const { kid, privateKey } = await a.signing('genuine');
    expect(await signerOf(b)).not.toBe(kid);
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
    const set = createLocalJWKSet(await b.published('genuine'));
    expect((await jwtVerify(token, set)).protectedHeader.kid).toBe(kid);
    expect(await b.published('genuine')).toEqual(await a.published('genuine'));
  });

  test('on one folder: the second takes the key that the first has made, also the next one', async () => {
    const [a, b] = [await instance(), await instance()];
    expect(await signerOf(b)).toBe(await signerOf(a));
    now = start + signs - publishedBefore;
    await a.signing('genuine');
    await b.signing('genuine');
    now = start + signs;
    expect(await signerOf(b)).toBe(await signerOf(a));
    expect((await kidsOf(a)).length).toBe(2);
  });

  test('on one folder, when all make keys at the same moment: each token holds with the set of each', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => instance()));
    for (const at of [start, start + signs - publishedBefore, start + signs, start + 400 * DAY]) {
      now = at;
      const signers = await Promise.all(all.map((keys) => keys.signing('genuine')));
      for (const keys of all) {
        const served = await kidsOf(keys);
        for (const { kid } of signers) expect(served).toContain(kid);
      }
    }
  });

  test('a key in the folder that a killed instance never published is published before it signs', async () => {
    await instance('a');
    const published = closing.use(await publishedKeysIn(join(folder.path, 'other.db')));
    const keys = await createEarKeys({ folder: join(folder.path, 'a'), published, clock: () => new Date(now * 1000) });
    expect(await kidsOf(keys)).toEqual([await signerOf(keys)]);
  });
});

describe('private keys are their owner’s alone', () => {
  const onlyKey = (): string => join(folder.path, 'a', filesOf().find((name) => name.startsWith('genuine')) ?? '');
  const refusal = (message: RegExp) => ({
    code: 'usage',
    details: { field: 'keyFolder' },
    message: expect.stringMatching(message),
  });

  test('the folder is made 0700, files 0600', async () => {
    await instance();
    expect(statSync(join(folder.path, 'a')).mode & 0o777).toBe(0o700);
    expect(filesOf()).toHaveLength(2);
    for (const name of filesOf()) expect(statSync(join(folder.path, 'a', name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(onlyKey(), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  test('published sets have public members only', async () => {
    const keys = await instance();
    for (const jwk of (await keys.published('genuine')).keys) {
      expect(new Set(Object.keys(jwk))).toEqual(new Set(['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use']));
    }
  });

  test('signing keys cannot be exported', async () => {
    expect((await (await instance()).signing('genuine')).privateKey.extractable).toBe(false);
  });

  test.each([0o644, 0o640, 0o604, 0o620])(
    'a file that others may open (mode %i) is refused at the start',
    async (mode) => {
      await instance();
      chmodSync(onlyKey(), mode);
      await expect(instance()).rejects.toMatchObject(refusal(/may be read by others/));
    },
  );

  test.each([0o755, 0o710, 0o701])('a folder that others may open (mode %i) is refused at the start', async (mode) => {
    mkdirSync(join(folder.path, 'a'));
    chmodSync(join(folder.path, 'a'), mode);
    await expect(instance()).rejects.toMatchObject(refusal(/is open to others/));
  });

  test('links, long files, other keys and other names are refused', async () => {
    await instance();
    const path = onlyKey();
    const aside = join(folder.path, 'aside.pem');
    renameSync(path, aside);
    symlinkSync(aside, path);
    await expect(instance()).rejects.toMatchObject(refusal(/cannot be read/));
    renameSync(aside, path);
    writeFileSync(path, 'x'.repeat(5000));
    await expect(instance()).rejects.toMatchObject(refusal(/longer than 4096/));
    writeFileSync(path, 'no key');
    await expect(instance()).rejects.toMatchObject(refusal(/holds no P-256 key/));
    const simulated = filesOf().find((name) => name.startsWith('simulated')) ?? '';
    copyFileSync(join(folder.path, 'a', simulated), path);
    await expect(instance()).rejects.toMatchObject(refusal(/another key than its name says/));
  });

  test('a folder that is a link, or no folder, is refused', async () => {
    mkdirSync(join(folder.path, 'real'), { mode: 0o700 });
    symlinkSync(join(folder.path, 'real'), join(folder.path, 'a'));
    await expect(instance()).rejects.toMatchObject(refusal(/is no folder/));
    writeFileSync(join(folder.path, 'file'), '');
    await expect(instance('file')).rejects.toMatchObject(refusal(/cannot be made/));
  });

  test('a message never has a key', async () => {
    await instance();
    const secret = readFileSync(onlyKey(), 'utf8').split('\n')[1] ?? '';
    chmodSync(onlyKey(), 0o644);
    const error: unknown = await instance().catch((reason: unknown) => reason);
    expect(secret).toHaveLength(64);
    expect(String(error)).not.toContain(secret);
  });

  test('more keys than rotation makes are refused: a clock that jumps to and fro fills no disk', async () => {
    await instance();
    const path = onlyKey();
    const kid = path.slice(-'.pem'.length - 43, -'.pem'.length);
    for (let index = 0; index < 64; index += 1)
      copyFileSync(path, join(folder.path, 'a', `genuine-${index}-${kid}.pem`));
    expect(filesOf()).toHaveLength(66);
    await expect(instance()).rejects.toMatchObject(refusal(/more than 64 keys/));
  });
});
