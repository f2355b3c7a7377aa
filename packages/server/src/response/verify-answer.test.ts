import { type Batcher, createBatcher, newInstance } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { type AssayError, fromPem, type Policy } from '@assay/verify';
import { parseStatement } from '@assay/verify/binding';
import { fromHex, toBase64, toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { tdx } from '@assay/verify/tdx';
import fc from 'fast-check';
import { Hono } from 'hono';
import { beforeAll, describe, expect, test } from 'vitest';
import { attestAnswers } from './attest-answers.ts';
import { parseAnswer, serialiseAnswer } from './document.ts';
import { type JudgedAnswer, type VerifyAnswerOptions, verifyAnswer } from './verify-answer.ts';

const now = new Date('2026-11-20T12:00:00Z');
const nonce = new Uint8Array(32).fill(5);
const target = `/price?of=tea&attest=true&nonce=${toHex(nonce)}`;
const priced = ' { "tea" : 4.20,\n\t"tea " : "\\u00e4" } \n';
const binary = Uint8Array.from({ length: 256 }, (_, index) => 255 - index);
const policy: Policy = { identity: 'any', binding: { profile: 'assay/1-batch' } };

let batcher: Batcher;
let app: Hono;
let options: Omit<VerifyAnswerOptions, 'request'>;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'answers.test', now });
  const pck = await issuePck(vendor);
  const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
  batcher = createBatcher(attester, { instance: newInstance(), clock: () => now });
  app = new Hono();
  app.use(attestAnswers({ batcher, audiences: ['https://shop.example'] }));
  app.get('/price', (c) => c.body(priced, 200, { 'content-type': 'application/json' }));
  app.get('/binary', (c) => c.body(binary));
  app.get('/big', (c) => c.body(new Uint8Array(1_048_576).fill(65)));
  app.delete('/order', (c) => c.body(null, 204));
  app.post('/echo', async (c) => c.body(await c.req.arrayBuffer(), 201));
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  options = {
    tees: [tdx],
    now,
    nonce,
    policy,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
  };
});

const ask = async (path: string, init?: RequestInit): Promise<string> => (await app.request(path, init)).text();
const judge = (text: string, change: Partial<VerifyAnswerOptions> = {}): Promise<JudgedAnswer> =>
  verifyAnswer(text, { ...options, request: { method: 'GET', target }, ...change });
/** What refused the answer, with what the check found; `trusted` when nothing did. */
const refusals = ({ trusted, verdict }: JudgedAnswer): readonly string[] =>
  trusted
    ? ['trusted']
    : verdict.checks
        .filter(({ outcome }) => outcome === 'fail')
        .map(({ id, expected }) => (id === 'binding.subject' ? `${id} ${expected?.split(' ')[0]}` : id));
const query = `?attest=1&nonce=${toHex(nonce)}`;

describe('an answer is trusted', () => {
  test('with its white space and escapes, byte for byte', async () => {
    const answer = await judge(await ask(target));
    expect(refusals(answer)).toEqual(['trusted']);
    if (!answer.trusted) return;
    expect([answer.status, answer.contentType]).toEqual([200, 'application/json']);
    expect(toHex(answer.body)).toBe(toHex(utf8(priced)));
    expect(answer.verdict.layers).toMatchObject({ fresh: 'pass', bound: 'pass' });
  });

  test('by a policy that says nothing of binding', async () => {
    expect(refusals(await judge(await ask(target), { policy: { identity: 'any' } }))).toEqual(['trusted']);
  });

  test('with any bytes, and as many as are allowed', async () => {
    const asked = { request: { method: 'GET', target: `/binary${query}` } };
    const answer = await judge(await ask(`/binary${query}`), asked);
    expect(answer).toMatchObject({ trusted: true, contentType: '', body: binary });
    const big = await judge(await ask(`/big${query}`), { request: { method: 'GET', target: `/big${query}` } });
    expect(big.trusted && big.body.length).toBe(1_048_576);
  });

  test('with the bytes of the request, which the handler read, too', async () => {
    const path = `/echo${query}`;
    const text = await ask(path, { method: 'POST', body: binary });
    const answer = await judge(text, { request: { method: 'POST', target: path, body: binary } });
    expect(answer).toMatchObject({ trusted: true, status: 201, body: binary });
  });

  test('without content, and when there is nothing', async () => {
    const text = await ask(`/order${query}`, { method: 'DELETE' });
    const gone = await judge(text, { request: { method: 'DELETE', target: `/order${query}` } });
    expect(gone).toMatchObject({ trusted: true, status: 204, body: new Uint8Array() });
    const request = { method: 'GET', target: `/nowhere${query}` };
    expect(await judge(await ask(request.target), { request })).toMatchObject({ trusted: true, status: 404 });
  });

  test('by the audience that it was made for', async () => {
    const path = `${target}&aud=https://shop.example`;
    const text = await ask(path);
    const request = { method: 'GET', target: path };
    const bound = { profile: 'assay/1-batch', audience: 'https://shop.example' } as const;
    expect(refusals(await judge(text, { request, policy: { ...policy, binding: bound } }))).toEqual(['trusted']);
    expect(refusals(await judge(text, { request }))).toEqual(['binding.audience']);
  });
});

test('whatever character of it somebody changes, nobody gets another answer', async () => {
  const text = await ask(target);
  const place = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'0aA"}, '));
  await fc.assert(
    fc.asyncProperty(place, async ([at, character]) => {
      const answer = await judge(text.slice(0, at) + character + text.slice(at + 1));
      if (!answer.trusted) return;
      expect([answer.status, answer.contentType, answer.body]).toEqual([200, 'application/json', utf8(priced)]);
    }),
  );
});

describe('an answer is refused', () => {
  const changed = async (change: Parameters<typeof Object.assign>[1]): Promise<string> =>
    serialiseAnswer({ ...parseAnswer(await ask(target)), ...change });

  test.each([
    ['one bit of its body', { body: utf8(priced.replace('4.20', '4.21')) }, 'bodySha256'],
    ['its white space', { body: utf8(priced.trim()) }, 'bodySha256'],
    ['its status', { status: 404 }, 'status'],
    ['its content type', { contentType: 'text/html' }, 'contentType'],
  ])('when somebody changed %s', async (_name, change, name) => {
    const answer = await judge(await changed(change));
    expect(refusals(answer)).toEqual([`binding.subject ${name}`]);
    expect(Object.keys(answer)).toEqual(['trusted', 'verdict']);
  });

  test.each([
    ['method', { method: 'POST', target }],
    ['target', { method: 'GET', target: target.replace('tea', 'tee') }],
    ['requestSha256', { method: 'GET', target, body: 'tea' }],
  ])('when it answers a request of another %s', async (name, request) => {
    expect(refusals(await judge(await ask(target), { request }))).toEqual([`binding.subject ${name}`]);
  });

  test('when the service got another body than was sent', async () => {
    const path = `/echo${query}`;
    const text = await ask(path, { method: 'POST', body: 'pay 1' });
    const judged = await judge(text, { request: { method: 'POST', target: path, body: 'pay 2' } });
    expect(refusals(judged)).toEqual(['binding.subject requestSha256']);
  });

  test('when it was made for another nonce', async () => {
    const fresh = new Uint8Array(32).fill(6);
    const text = await ask(target);
    expect(refusals(await judge(text, { nonce: fresh }))).toEqual(['fresh.nonce']);
    // A replay gives itself away twice, since the nonce is a part of the target.
    const request = { method: 'GET', target: target.replace(toHex(nonce), toHex(fresh)) };
    expect(refusals(await judge(text, { nonce: fresh, request }))).toEqual(['binding.subject target', 'fresh.nonce']);
  });

  test('when nobody asked with a nonce, and the policy does not say that age does not matter', async () => {
    const request = { method: 'GET', target: '/price?attest=true' };
    const text = await ask(request.target);
    const answer = await judge(text, { request, nonce: undefined });
    expect([answer.trusted, answer.verdict.layers]).toMatchObject([false, { bound: 'pass', fresh: 'unchecked' }]);
    expect((await judge(text, { request, nonce: undefined, policy: { ...policy, freshness: 'any' } })).trusted).toBe(
      true,
    );
  });

  test('when a statement of another type stands in its place, even with the same claims', async () => {
    const { statement = new Uint8Array() } = parseAnswer(await ask(target)).attestation;
    const { claims, keys } = parseStatement(statement);
    const content = { type: 'attestation', nonce: toHex(nonce), aud: null, keys, claims } as const;
    const attestation = await batcher.issue(content);
    expect(refusals(await judge(await changed({ attestation })))).toEqual(['binding.type']);
  });

  test("with another answer's evidence, or none that is any", async () => {
    const other = parseAnswer(await ask(`/binary${query}`)).attestation;
    expect(refusals(await judge(await changed({ attestation: other })))).toEqual(['binding.subject target']);
    const { statement } = other;
    const { attestation } = parseAnswer(await ask(target));
    const mixed = await changed({ attestation: { ...attestation, statement } });
    expect(refusals(await judge(mixed))).toEqual(['binding.statement']);
  });

  test('when it is not attested, as a plain answer or a problem', async () => {
    for (const path of ['/price', '/price?attest=true&nonce=00']) {
      expect(refusals(await judge(await ask(path)))).toEqual(['evidence.form']);
    }
  });
});

test.each([
  [{ request: { method: 'get', target } }, 'request.method'],
  [{ request: { method: 'GET', target: 'https://shop.example/' } }, 'request.target'],
  [{ request: { method: 'GET', target: '/#tea' } }, 'request.target'],
  [{ policy: { ...policy, binding: 'any' } }, 'policy.binding'],
  [{ policy: { ...policy, binding: { profile: 'assay/1', type: 'session' } } }, 'policy.binding.type'],
  [{ policy: { ...policy, binding: { profile: 'assay/1', claims: { contentType: 'a/b' } } } }, 'policy.binding.claims'],
  [{ nonce: fromHex('00') }, 'nonce'],
] as const)("%j is the caller's mistake", async (change, field) => {
  const text = await ask(target);
  const error = await judge(text, change).catch((thrown: AssayError) => thrown);
  expect(error).toMatchObject({ code: 'usage', details: { field } });
});

test('what the caller writes into the body that he sent, after he asked for the verdict, changes nothing', async () => {
  const path = `/echo${query}`;
  const body = utf8('pay 1');
  const text = await ask(path, { method: 'POST', body: new Uint8Array(body) });
  const judged = judge(text, { request: { method: 'POST', target: path, body } });
  body.fill(0);
  expect(await judged).toMatchObject({ trusted: true });
  expect(toBase64(body)).toBe('AAAAAAA=');
});
