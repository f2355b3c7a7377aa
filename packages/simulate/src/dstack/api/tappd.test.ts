import { toHex } from '@assay/verify/codec';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { answerOf, ask, errorBody, post } from '../../../../../tools/rpc-in-tests.ts';
import { createIntelVendor } from '../../intel/vendor.ts';
import { createGuestAgent, type GuestAgent } from '../agent.ts';

let agent: GuestAgent;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'tappd', now: new Date('2026-11-20T12:00:00Z') });
  agent = await createGuestAgent(vendor);
});

const hello = toHex(utf8ToBytes('hello'));
/** Digests of `app-data:hello`, as published with the interface. */
const VECTORS = [
  ['sha256', '57d90585d4b2cce9b2818a7b2a01398d5d2d6a8cb7ca8b735acb8d3203cf8a77'],
  ['sha384', '1a316c913dd051238ab7414cd2fbbf48e4f16c8c6c00adb2a2f975d6ce01b43f844c6dc053262f3283ba928c7b883f60'],
  [
    'sha512',
    'e39fd3dbee991d65e65cc38c6e9d664324929816279a19b495bcd3f77a62d81949ba61282d8a732916d39bb9f6a6a16d11211c0d800b6ffc56ecf74419a7c835',
  ],
  ['sha3-256', '393205b584269b6c90c9c2ebea4f782ca50b4d13771568f83c868788dfadb821'],
  ['sha3-384', '74ae0b2a56d9367f1678987363eb63649d4d26a00a3adf440f6aac6fd15d95808aeb015c138fc8e842dcbd81aaa3fe5b'],
  [
    'sha3-512',
    'b0c3ee1f3a00e4d97dc29a8f69da29d724494ba2f3f46d8c987bccd96bd1af9e64c73bf81c0048fd51ae8d71391b6da0c9e2c62c748fda447e996f4c45c4516c',
  ],
  ['keccak256', '8ed51239a438104e85ca8d86fa87fbc67c21d00b124c0ff7eceee34309f5f362'],
  ['keccak384', '8c5fbcff05a0470bdfd593a9db68a1b165694bf1a07c7555e8d46750d802e4c524caf153b8874f4d1def46abc50859da'],
  [
    'keccak512',
    '2b7e3f26c05a7787eea41af69ebb04b8d7fa57748974530ee1a430c1b547bee3ec73472770c45b11e7420930d7daa295eb77cb5bf96b328a7513d62a99c5070e',
  ],
] as const;

/** Report data of a quote, hex. */
const quoted = (quote: string): string => quote.slice(2 * 568, 2 * 632);

describe('TdxQuote', () => {
  test.each(VECTORS)('hashes prefix, colon and content with %s, from the left', async (algorithm, digest) => {
    const answer = await ask(agent, '/prpc/Tappd.TdxQuote', { report_data: hello, hash_algorithm: algorithm });
    expect(quoted(answer.quote)).toBe(digest.padEnd(128, '0'));
    expect(answer).toMatchObject({ hash_algorithm: algorithm, prefix: 'app-data' });
    expect(Object.keys(answer)).toEqual(['quote', 'event_log', 'hash_algorithm', 'prefix']);
  });

  test('takes SHA-512 unless told', async () => {
    const answer = await ask(agent, '/prpc/TdxQuote', { report_data: hello });
    expect(quoted(answer.quote)).toBe(VECTORS[2][1]);
    expect(answer).toMatchObject({ hash_algorithm: 'sha512', prefix: 'app-data' });
  });

  test('adds the colon itself: a prefix with one is another prefix', async () => {
    const fields = { report_data: hello, hash_algorithm: 'sha256' };
    const answer = await ask(agent, '/prpc/Tappd.TdxQuote', { ...fields, prefix: 'app-data:' });
    expect(answer).toMatchObject({ prefix: 'app-data:' });
    expect(quoted(answer.quote)).not.toContain(VECTORS[0][1]);
  });

  test('hashes nothing in raw mode, which RawQuote is', async () => {
    const content = 'ab'.repeat(64);
    const raw = await ask(agent, '/prpc/Tappd.TdxQuote', { report_data: content, hash_algorithm: 'raw', prefix: 'a' });
    expect([quoted(raw.quote), raw]).toEqual([content, expect.objectContaining({ hash_algorithm: 'raw', prefix: '' })]);
    expect(Object.keys(await ask(agent, '/prpc/Tappd.RawQuote', { report_data: content }))).toEqual(Object.keys(raw));
  });

  test.each([
    ['TdxQuote', { hash_algorithm: 'md5' }, 'invalid hash algorithm'],
    ['TdxQuote', { hash_algorithm: 'SHA256' }, 'invalid hash algorithm'],
    ['TdxQuote', { hash_algorithm: 'constructor' }, 'invalid hash algorithm'],
    ['TdxQuote', { report_data: '00', hash_algorithm: 'raw' }, 'invalid content length'],
    ['RawQuote', { report_data: '00'.repeat(63) }, 'invalid content length'],
    ['RawQuote', { report_data: '00'.repeat(65) }, 'invalid content length'],
    ['RawQuote', {}, 'invalid content length'],
  ])('%s of %j is refused: %s', async (method, fields, message) => {
    const answer = post(agent, `/prpc/Tappd.${method}`, JSON.stringify(fields));
    expect(await answerOf(answer)).toEqual([400, errorBody(message)]);
  });
});
