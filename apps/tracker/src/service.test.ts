import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hardMachine, type ServedTracker, served, TOKEN } from '../../../tools/tracker-in-tests.ts';

let folder: string;
let tracker: ServedTracker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracker-service-'));
  tracker = await served({
    database: join(folder, 'tracker.db'),
    teeMode: 'enabled',
    pccsUrls: ['https://pccs.example'],
  });
});
afterAll(async () => {
  await tracker.close();
  await rm(folder, { recursive: true });
});

test('--dev is refused in a TEE whose evidence leads to Intel, and where evidence does not say', async () => {
  for (const simulated of [false, null])
    await expect(served({ database: ':none:', dev: true }, { machine: hardMachine(simulated) })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^--dev: this is a TEE \(tsm\)/),
      details: { field: '--dev' },
    });
});

test('a port that is taken is refused by name', async () => {
  const { port } = new URL(tracker.origin);
  await expect(served({ database: join(folder, 'other.db'), port: Number(port) })).rejects.toMatchObject({
    code: 'usage',
    details: { field: '--port' },
  });
});

test('what would fail later is refused at the start, by name: keys of other trackers, proxies that are no address', async () => {
  const database = join(folder, 'other.db');
  await expect(served({ database, imports: { other: { key: 'AAAA' } } })).rejects.toMatchObject({
    code: 'usage',
    details: { field: 'imports.other.key' },
  });
  await expect(served({ database, trustedProxies: ['nowhere'] })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/^trusted proxies: /),
    details: { field: 'trusted proxies' },
  });
});

test('a TEE that is not used vouches for nothing: its tracker shows no evidence until the mode is changed', async () => {
  const unused = await served({ database: join(folder, 'unused.db'), dev: true });
  const evidence = async () => fetch(`${unused.origin}/attestation?nonce=${'0f'.repeat(32)}`);
  expect(await (await evidence()).json()).toMatchObject({
    status: 503,
    code: 'not_in_tee',
    detail: expect.stringContaining('the mode is disabled; start with --tee-mode enabled'),
  });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ tee_mode: 'enabled' });
  await fetch(`${unused.origin}/config`, { method: 'POST', headers, body });
  expect((await evidence()).status).toBe(200);
  await unused.close();
});

test('pages of any origin may show counts, and nothing else', async () => {
  const allowed = async (path: string): Promise<string | null> =>
    (await fetch(`${tracker.origin}${path}`, { headers: { origin: 'https://page.example' } })).headers.get(
      'access-control-allow-origin',
    );
  for (const path of ['/stats', '/health', '/tee/status']) expect(await allowed(path)).toBe('*');
  for (const path of ['/config', '/user/alice', '/ledger/checkpoint', '/keygen'])
    expect(await allowed(path)).toBe(null);
});

test('/docs and /openapi.json describe it', async () => {
  expect((await fetch(`${tracker.origin}/docs`)).headers.get('content-type')).toMatch(/^text\/html/);
  const document = (await (await fetch(`${tracker.origin}/openapi.json`)).json()) as { info: { title: string } };
  expect(document.info.title).toBe('Assay tracker');
});

describe('hostile bodies', () => {
  const MEMBERS: Readonly<Record<string, readonly string[]>> = {
    '/register': ['user_id', 'public_key', 'signature', 'attestation'],
    '/report': ['user_id', 'receipts', 'uploaded_delta'],
    '/keygen-tee': ['user_id', 'salt'],
    '/attest': ['receiver_private_key', 'sender_public_key', 'piece_hash', 'piece_index', 'infohash', 'timestamp'],
    '/verify-receipt': ['receiver_public_key', 'sender_public_key', 'piece_hash', 'piece_index', 'infohash', 'receipt'],
    '/generate-attestation': ['payload', 'public_key'],
    '/verify-attestation': ['quote', 'expected_payload', 'pccs_url', 'event_log'],
    '/config': ['tee_mode', 'min_ratio', 'receipt_window', 'verify_signatures'],
    '/export': ['user_id', 'importer', 'bytes', 'exported_before', 'signature'],
    '/import': ['document', 'evidence'],
  };
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('alice', 'ab'.repeat(20), 'cd'.repeat(32), '0300', 'enabled', 'https://pccs.example'),
    fc.uint8Array({ minLength: 48, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc.uint8Array({ minLength: 96, maxLength: 96 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  );

  test.each(Object.entries(MEMBERS))('never get a fault out of %s', async (path, members) => {
    const body = fc.record(Object.fromEntries(members.map((name) => [name, value])), { requiredKeys: [] });
    const sent = fc.oneof({ arbitrary: body, weight: 9 }, { arbitrary: fc.jsonValue(), weight: 1 });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
    await fc.assert(
      fc.asyncProperty(sent, async (given) => {
        const answer = await fetch(`${tracker.origin}${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(given),
        });
        const { code } = (await answer.json()) as { code?: string };
        expect([answer.status < 500 || answer.status === 503, code === 'internal']).toEqual([true, false]);
      }),
      { numRuns: 60 },
    );
  });
});
