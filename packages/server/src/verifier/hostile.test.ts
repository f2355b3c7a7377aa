import { toBase64, utf8 } from '@assay/verify/codec';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import {
  ask,
  bodyFor,
  challenge,
  failedIn,
  outcomeOf,
  POLICY,
  put,
  refusal,
  type SimulatedTd,
  SUBJECT,
  simulatedTd,
  startVerifier,
  stateOf,
  type VerifierInTests,
  verify,
} from '../../../../tools/verifier-in-tests.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const path = suiteFolder();

let td: SimulatedTd;
let service: VerifierInTests;
beforeAll(async () => {
  td = await simulatedTd(now);
  const trust = { roots: td.roots, allowSimulated: true, endorsementsFor: async () => td.endorsements };
  service = await startVerifier({ file: path('hostile.db') }, { clock, ...trust });
  await put(service.origin, POLICY);
});
afterAll(() => service[Symbol.asyncDispose]());

describe('a body that is wrong', () => {
  const nonce = '00'.repeat(32);
  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'body'],
    ['a list', [], 'body'],
    ['a text', '"evidence"', 'body'],
    ['equal members', `{"challenge":"${nonce}","challenge":"${nonce}","evidence":""}`, 'body'],
    ['no evidence', { challenge: nonce }, 'evidence'],
    ['no challenge', { evidence: '' }, 'challenge'],
    ['half a nonce', { challenge: '00', evidence: '' }, 'challenge'],
    ['a nonce in capitals', { challenge: 'AB'.repeat(32), evidence: '' }, 'challenge'],
    ['a number for a nonce', { challenge: 1, evidence: '' }, 'challenge'],
    ['a nonce beside a challenge', { challenge: nonce, nonce, evidence: '' }, 'nonce'],
    ['a policy beside a challenge', { challenge: nonce, policy: POLICY, evidence: '' }, 'policy'],
    ['a policy that is none', { policy: { identiy: 'any' }, evidence: '' }, 'policy.identiy'],
    ['an unknown member', { challenge: nonce, evidence: '', reportData: '00' }, 'reportData'],
    ['a long name', { challenge: nonce, evidence: '', ['x'.repeat(9_999)]: 1 }, 'x'.repeat(40)],
    ['a subject that is none', { challenge: nonce, evidence: '', subject: [] }, 'subject'],
    ['an unknown subject', { challenge: nonce, evidence: '', subject: { peer: '00' } }, 'subject'],
    ['endorsements of another version', { challenge: nonce, evidence: '', endorsements: {} }, 'endorsements.schema'],
    ['an address to fetch from', { challenge: nonce, evidence: '', collateralUrl: 'http://x' }, 'collateralUrl'],
  ])('is refused with its field: %s', async (_, body, field) => {
    const answer = await verify(service.origin, typeof body === 'string' ? body : JSON.stringify(body));
    expect(refusal(answer)).toEqual([400, 'bad_request', field]);
  });

  test.each(['[', '{"a":'])('that is nested without end is refused: %s', async (open) => {
    const answer = await verify(service.origin, open.repeat(200_000));
    expect(refusal(answer)).toEqual([400, 'bad_request', 'body']);
  });

  test('that is not UTF-8 is refused', async () => {
    const response = await fetch(`${service.origin}/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Uint8Array.of(0x7b, 0xff, 0x7d),
    });
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'bad_request', field: 'body' }]);
  });
});

describe('evidence that is broken gets a verdict that refuses it', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['a list', [1]],
    ['an empty object', {}],
    ['an empty text', ''],
    ['junk in base64', toBase64(utf8('junk'))],
    ['no base64', '!'],
    ['a token of nobody', 'a.b.c'],
    ['an event log', '[{"imr":3,"event_type":1}]'],
    ['an envelope of tomorrow', { schema: 'assay.evidence/2' }],
    ['a reply without a quote', { quote: 'zz', event_log: '[]' }],
    ['an envelope with more', { schema: 'assay.evidence/1', tee: null, evidence: '', more: 1 }],
  ])('%s', async (_, evidence) => {
    const nonce = await challenge(service.origin);
    const answer = await verify(service.origin, JSON.stringify({ challenge: nonce, evidence, subject: SUBJECT }));
    expect([answer.status, outcomeOf(answer), failedIn(answer).length > 0]).toEqual([200, 'contraindicated', true]);
    expect(await stateOf(service, nonce)).toEqual({ used: true, verdicts: 1 });
  });

  test('any text and any object', async () => {
    const nonce = await challenge(service.origin);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.base64String(), fc.string()), async (evidence) => {
        const body = JSON.stringify({ policy: POLICY, nonce, evidence, subject: SUBJECT });
        const answer = await verify(service.origin, body);
        // Keys that parsers disagree about are the body's fault.
        if (answer.status !== 200) expect(refusal(answer)).toEqual([400, 'bad_request', 'body']);
        else expect(outcomeOf(answer)).toBe('contraindicated');
      }),
      { numRuns: 150 },
    );
    expect(await stateOf(service, nonce)).toEqual({ used: false, verdicts: 0 });
  });
});

describe('a verdict that nobody should rely on', () => {
  test('is that on simulated evidence, where its root was not named and allowed', async () => {
    const endorsementsFor = async () => td.endorsements;
    const failures = [];
    for (const [file, roots] of [
      ['no-root.db', []],
      ['root.db', td.roots],
    ] as const) {
      await using strict = await startVerifier({ file: path(file) }, { clock, endorsementsFor, roots });
      await put(strict.origin, POLICY);
      const answer = await verify(strict.origin, await bodyFor(td, await challenge(strict.origin)));
      failures.push([outcomeOf(answer), failedIn(answer)]);
    }
    expect(failures).toEqual([
      ['contraindicated', ['dcap.root.trusted']],
      ['contraindicated', ['trust.simulated']],
    ]);
  });

  test('is that under a policy of the caller: it has no token, whoever issues them', async () => {
    const tokens = { issue: async () => 'a token' };
    const trust = { roots: td.roots, allowSimulated: true, endorsementsFor: async () => td.endorsements };
    await using generous = await startVerifier({ file: path('tokens.db') }, { clock, ...trust, tokens });
    await put(generous.origin, POLICY);
    const { challenge: nonce, ...body } = await bodyFor(td, await challenge(generous.origin));
    const own = await verify(generous.origin, { ...body, policy: POLICY, nonce: nonce ?? null });
    expect([outcomeOf(own), own.json.token, own.json.policy]).toEqual(['affirming', null, null]);
    const stored = await verify(generous.origin, { ...body, challenge: nonce ?? null });
    expect([outcomeOf(stored), stored.json.token]).toEqual(['affirming', 'a token']);
  });
});

test('a caller who asks too often is told when to ask again, and keeps nobody else out', async () => {
  const rate = { burst: 2, perSecond: 0.5, peers: 10 };
  await using slow = await startVerifier({ file: path('rate.db') }, { clock, rate });
  const policies = (as: 'shop' | 'bank') => ask(slow.origin, 'GET /v1/policies', undefined, { as });
  const statuses = [];
  for (const as of ['shop', 'shop', 'shop', 'bank'] as const) statuses.push((await policies(as)).status);
  expect(statuses).toEqual([200, 200, 429, 200]);
  expect((await policies('shop')).headers.get('retry-after')).toBe('2');
});
