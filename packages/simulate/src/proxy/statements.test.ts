import { randomBytes } from 'node:crypto';
import { createProxyStatements, issueStatement, newInstance, type StatementRequest } from '@assay/attest';
import { parseStatement } from '@assay/verify/binding';
import { toHex } from '@assay/verify/codec';
import { type Envelope, serialiseEnvelope } from '@assay/verify/evidence';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor } from '../intel/vendor.ts';
import { type Listener, listen } from '../listen.ts';
import { createSoftwareAttester } from '../software/attester.ts';
import { createSoftwareTd } from '../software/td.ts';

const now = new Date('2026-11-20T12:00:00Z');
const nonce = toHex(randomBytes(32));
const keys = [
  { use: 'tls', spkiSha256: 'a1'.repeat(32) },
  { use: 'sign', spkiSha256: 'b2'.repeat(32) },
];
const question = { nonce, aud: 'https://relying.example', keys };

let attester: ReturnType<typeof createSoftwareAttester>;
let proxy: Listener;
/** What the proxy answers, and what it was asked: a right proxy unless a test says otherwise. */
let answerTo: (asked: typeof question) => Promise<string>;
let asked: { readonly authorization: string | null; readonly body: unknown }[] = [];
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'statements', now });
  attester = createSoftwareAttester(createSoftwareTd(vendor, { pck: await issuePck(vendor) }));
  proxy = await listen(
    async (request) => {
      const body = (await request.json()) as typeof question;
      asked.push({ authorization: request.headers.get('authorization'), body });
      return new Response(await answerTo(body));
    },
    { port: 0 },
  );
});
afterAll(() => proxy.close());
afterEach(() => {
  asked = [];
});

/** A statement of its own quote; it says what was asked for, but for the changes. */
const stated = (changes: Partial<StatementRequest> = {}): Promise<Envelope> => {
  const said = { type: 'attestation', ...question, claims: { caller: 'bearer' }, ...changes } as const;
  return issueStatement(attester, said, { instance: newInstance(), clock: () => now });
};
const issue = (given = question): Promise<Envelope> =>
  createProxyStatements({ endpoint: proxy.address, token: 's3cret' }).issue(given);
const wrong = async (change: (right: Envelope) => Envelope | Promise<Envelope>) =>
  serialiseEnvelope(await change(await stated()));

test('a statement is asked for with the token, and handed out when it says what was asked for', async () => {
  answerTo = async () => serialiseEnvelope(await stated());
  const { tee, statement } = await issue();
  expect(tee).toBe('tdx');
  expect(parseStatement(statement ?? new Uint8Array())).toMatchObject({ ...question, claims: { caller: 'bearer' } });
  expect(asked).toEqual([{ authorization: 'Bearer s3cret', body: question }]);
});

describe('an answer is refused', () => {
  test.each<[string, Partial<StatementRequest>]>([
    ['with another nonce', { nonce: '0f'.repeat(32) }],
    ['with another nonce', { nonce: null }],
    ['for another audience', { aud: null }],
    ['with other keys', { keys: [] }],
    ['with other keys', { keys: keys.slice(0, 1) }],
    ['with other keys', { keys: [...keys].reverse() }],
    ['with other keys', { keys: keys.map((key) => ({ ...key, use: 'tls' })) }],
    ['without `caller` bearer', { claims: { caller: 'anyone' } }],
    ['without `caller` bearer', { claims: {} }],
    ['of the type session', { type: 'session', claims: { caller: 'bearer', session: nonce } }],
  ])('that is a statement %s: %j', async (what, changes) => {
    answerTo = async () => serialiseEnvelope(await stated(changes));
    await expect(issue()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`answered a statement ${what}; `),
    });
  });

  test.each<[string, (right: Envelope) => Envelope | Promise<Envelope>, RegExp]>([
    ['no statement', ({ statement: _, ...others }) => others, /evidence without a statement/],
    ['no statement that parses', (right) => ({ ...right, statement: new Uint8Array(3) }), /does not parse/],
    [
      'the evidence of another statement',
      async (right) => ({ ...right, evidence: (await stated({ nonce: null })).evidence }),
      /other report data than were asked for/,
    ],
    [
      'a proof that is none',
      (right) => ({ ...right, proof: { index: 5, size: 2, salt: new Uint8Array(16), path: [] } }),
      /a proof that is none \(binding\.batch\.index\)/,
    ],
    [
      'a proof of another batch',
      (right) => ({ ...right, proof: { index: 0, size: 2, salt: new Uint8Array(16), path: [new Uint8Array(32)] } }),
      /other report data than were asked for/,
    ],
  ])('that has %s', async (_, change, message) => {
    answerTo = () => wrong(change);
    await expect(issue()).rejects.toThrow(message);
  });

  test('that is another kind of document, or too long', async () => {
    answerTo = async () => '{"quote":"AQID"}';
    await expect(issue()).rejects.toThrow(/\/attestation: envelope\.schema: expected .*; see whether that is an/);
    answerTo = async () => ' '.repeat(2_097_153);
    await expect(issue()).rejects.toThrow(/longer than 2097152 bytes/);
  });

  test('whatever else it is, as unavailable', async () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ schema: fc.constant('assay.evidence/1'), tee: fc.constant('tdx'), evidence: fc.base64String() }),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        answerTo = async () => (typeof body === 'string' ? body : JSON.stringify(body));
        await expect(issue()).rejects.toMatchObject({ code: 'unavailable' });
      }),
      { numRuns: 50 },
    );
  });
});

test.each<[string, object]>([
  ['nonce', { nonce: 'AB'.repeat(16) }],
  ['nonce', { nonce: '00' }],
  ['aud', { aud: '' }],
  ['keys', { keys: new Array(17).fill(keys[0]) }],
  ['spkiSha256', { keys: [{ use: 'tls', spkiSha256: 'a1' }] }],
])('a wrong %s is refused before anybody is asked', async (member, change) => {
  await expect(issue({ ...question, ...change })).rejects.toMatchObject({
    code: 'malformed',
    message: expect.stringContaining(member),
  });
  expect(asked).toEqual([]);
});

test('what the caller changes afterwards is not asked for', async () => {
  answerTo = async () => serialiseEnvelope(await stated());
  const mutable = { ...question, keys: [...keys] };
  const issued = issue(mutable);
  mutable.nonce = 'ff'.repeat(32);
  mutable.keys.pop();
  expect(parseStatement((await issued).statement ?? new Uint8Array())).toMatchObject(question);
});
