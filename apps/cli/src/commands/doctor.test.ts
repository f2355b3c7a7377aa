import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createAttestationProxy, type Listener, listen } from '@assay/simulate/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';

let folder: Folder;
let proxy: Listener;
beforeAll(async () => {
  folder = await makeFolder();
  const vendor = await createIntelVendor({ seed: 'doctor', now: new Date('2026-02-01T12:00:00Z') });
  const td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
  proxy = await listen(createAttestationProxy(td), { socket: folder.path('proxy.sock') });
});
afterAll(async () => {
  await proxy.close();
  await folder[Symbol.asyncDispose]();
});

/** Variables by which no attester finds anything, and those given. */
function environment(some: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const none = folder.path('none');
  return {
    ASSAY_GRAMINE_PATH: none,
    ASSAY_TSM_PATH: none,
    ASSAY_CONFIDENTIAL_SPACE_SOCKET: none,
    DSTACK_SIMULATOR_ENDPOINT: none,
    TDX_ATTESTATION_PROXY_URL: none,
    ...some,
  };
}

interface Examined {
  readonly name: string;
  readonly available: boolean;
  readonly looked: readonly string[];
  readonly checks: readonly { readonly id: string; readonly outcome: string; readonly remedy?: string }[];
}

/** The document of `assay doctor --json`, and its exit code. */
async function examination(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { exit, output, log } = await assayHere(['doctor', '--json', ...args], { env });
  expect(log).toBe('');
  const { schema, attesters } = JSON.parse(output) as { readonly schema: string; readonly attesters: Examined[] };
  expect(schema).toBe('assay.doctor/1');
  return { exit, attesters };
}

describe('where no attester works', () => {
  test('1: all are listed with what was looked at; each first failure has a remedy', async () => {
    const { exit, attesters } = await examination(environment());
    expect(exit).toBe(1);
    expect(attesters.map(({ name, available }) => [name, available])).toEqual([
      ['gramine', false],
      ['confidential-space', false],
      ['dstack', false],
      ['proxy', false],
      ['tsm', false],
    ]);
    for (const { name, looked, checks } of attesters) {
      expect([name, looked.join(' ')]).toEqual([name, expect.stringContaining(folder.path('none'))]);
      const failure = checks.find(({ outcome }) => outcome === 'fail');
      expect([name, failure?.remedy]).toEqual([name, expect.stringMatching(/\S/)]);
    }
  });

  test('people read it, too', async () => {
    const { exit, output, log } = await assayHere(['doctor'], { env: environment() });
    expect([exit, log]).toEqual([1, '']);
    expect(output).toMatch(/^✗ NO EVIDENCE HERE/);
    expect(output).toMatch(/what to do/);
  });
});

test('0: one attester that works is enough', async () => {
  const { exit, attesters } = await examination(environment({ TDX_ATTESTATION_PROXY_URL: proxy.address }));
  expect(exit).toBe(0);
  expect(attesters.filter(({ available }) => available).map(({ name }) => name)).toEqual(['proxy']);
});

test('--from looks at one attester alone, and its state is the exit code', async () => {
  const env = environment({ TDX_ATTESTATION_PROXY_URL: proxy.address });
  const works = await examination(env, '--from', 'proxy');
  expect([works.exit, works.attesters.map(({ name }) => name)]).toEqual([0, ['proxy']]);
  const lacks = await examination(env, '--from', 'tsm');
  expect([lacks.exit, lacks.attesters.map(({ name }) => name)]).toEqual([1, ['tsm']]);
});

test('an attester that is there and broken does not count', async () => {
  await using broken = await listen(async () => new Response('boom', { status: 500 }), {
    socket: folder.path('b.sock'),
  });
  const env = environment({ TDX_ATTESTATION_PROXY_URL: broken.address });
  const { exit, attesters } = await examination(env, '--from', 'proxy');
  expect(exit).toBe(1);
  const failed = attesters.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === 'fail'));
  expect(failed.map(({ id }) => id)).toContain('proxy.status');
});

test('secrets of the environment are not shown', async () => {
  const env = {
    ...environment({ TDX_ATTESTATION_PROXY_URL: 'http://user:hunter2@127.0.0.1:1' }),
    DSTACK_SIMULATOR_ENDPOINT: '',
    PHALA_ENDPOINT: folder.path('none'),
    PHALA_API_KEY: 'hunter3',
  };
  for (const json of [[], ['--json']]) {
    const { output, log } = await assayHere(['doctor', ...json], { env });
    expect(output).toContain('TDX_ATTESTATION_PROXY_URL');
    expect(output + log).not.toMatch(/hunter/);
  }
});

test('2: an attester that nobody knows', async () => {
  const { exit, output } = await assayHere(['doctor', '--from', 'nitro', '--json'], { env: {} });
  expect([exit, JSON.parse(output)]).toMatchObject([
    2,
    { schema: 'assay.error/1', code: 'usage', field: '--from', message: expect.stringContaining('found nitro') },
  ]);
});
