import { AssayError } from '@assay/verify';
import { beforeAll, describe, expect, test } from 'vitest';
import { changesOf, type DescribedAnswer, describedBy } from '../../../../tools/described-answers.ts';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import {
  type Answer,
  ask,
  bodyFor,
  challenge,
  clockAt,
  POLICY,
  put,
  type SimulatedTd,
  simulatedTd,
  startVerifier,
  verify,
} from '../../../../tools/verifier-in-tests.ts';
import type { VerifierAppOptions } from './app.ts';
import { VERIFIER_BODY } from './body.ts';

const now = new Date('2026-11-20T12:00:00Z');
const LONG = ' '.repeat(VERIFIER_BODY + 1);
const FORM = { headers: { 'content-type': 'text/plain' } };
const ONCE = { rate: { burst: 1, perSecond: 1e-9, peers: 10 } };

let td: SimulatedTd;
beforeAll(async () => {
  td = await simulatedTd(now);
});
const path = suiteFolder();
const given = async () => td.endorsements;
const missing = async () => {
  throw new AssayError('unavailable', 'endorsements: away');
};
let count = 0;
const start = (more: Partial<VerifierAppOptions> = {}) => {
  count += 1;
  const trust = { roots: td.roots, allowSimulated: true, endorsementsFor: given };
  return startVerifier({ file: path(`${count}.db`) }, { clock: () => now, ...trust, ...more });
};

type Ask = (origin: string, pass: (seconds: number) => void) => Promise<Answer>;

const bodyOf = async (origin: string) => bodyFor(td, await challenge(origin));
const get =
  (target: string, as: 'shop' | 'ops' | null = 'shop'): Ask =>
  (origin) =>
    ask(origin, `GET ${target}`, undefined, { as });
const twice =
  (first: Ask): Ask =>
  async (origin, pass) => {
    await first(origin, pass);
    return first(origin, pass);
  };
const withdrawn = (origin: string) => ask(origin, 'DELETE /v1/policies/td@1', undefined, { as: 'ops' });
const challenged: Ask = (origin) => ask(origin, 'POST /v1/challenges', { policyId: 'td' });
const quoted: Ask = async (origin) => {
  const { evidence } = await td.evidenceFor('00'.repeat(32));
  return ask(origin, 'POST /verify', { quote: evidence }, { as: null });
};
const policies: Ask = get('/v1/policies');
const policy: Ask = get('/v1/policies/td');
const verdict: Ask = get('/v1/verdicts/none');

type Case = [promise: string, what: string, ask: Ask, options?: Partial<VerifierAppOptions>];
const CASES: Case[] = [
  ['post /v1/challenges 201 IssuedChallenge', 'under a policy', challenged],
  ['post /v1/challenges 400 bad_request', 'without one', (origin) => ask(origin, 'POST /v1/challenges', {})],
  ['post /v1/challenges 401 unauthorized', 'for a stranger', (o) => ask(o, 'POST /v1/challenges', {}, { as: null })],
  ['post /v1/challenges 404 not_found', 'elsewhere', (o) => ask(o, 'POST /v1/challenges', { policyId: 'other' })],
  ['post /v1/challenges 413 body_too_large', 'for a long body', (origin) => ask(origin, 'POST /v1/challenges', LONG)],
  ['post /v1/challenges 415 unsupported_media_type', 'for a form', (o) => ask(o, 'POST /v1/challenges', '{}', FORM)],
  ['post /v1/challenges 429 too_many_requests', 'for the second', twice(challenged), ONCE],
  ['post /v1/verify 200 Verification', 'that trusts', async (origin) => verify(origin, await bodyOf(origin))],
  [
    'post /v1/verify 200 Verification',
    'that refuses',
    async (origin) => verify(origin, { challenge: await challenge(origin), evidence: 'AAAA' }),
  ],
  [
    'post /v1/verify 200 Verification',
    'under a policy of its caller',
    (origin) => verify(origin, { policy: POLICY, nonce: '00'.repeat(16), evidence: {} }),
  ],
  ['post /v1/verify 400 bad_request', 'for nothing', (origin) => verify(origin, {})],
  ['post /v1/verify 401 unauthorized', 'for a stranger', (origin) => verify(origin, {}, { as: null })],
  [
    'post /v1/verify 403 nonce_foreign',
    "for another caller's",
    async (origin) => verify(origin, await bodyOf(origin), { as: 'bank' }),
  ],
  ['post /v1/verify 404 nonce_unknown', 'for any', async (o) => verify(o, await bodyFor(td, '00'.repeat(32)))],
  [
    'post /v1/verify 409 nonce_used',
    'for the second time',
    async (origin) => {
      const body = await bodyOf(origin);
      await verify(origin, body);
      return verify(origin, body);
    },
  ],
  [
    'post /v1/verify 409 idempotency_reused',
    'for another request',
    twice(async (origin) => verify(origin, await bodyOf(origin), { headers: { 'idempotency-key': '1' } })),
  ],
  [
    'post /v1/verify 410 nonce_expired',
    'too late',
    async (origin, pass) => {
      const body = await bodyOf(origin);
      pass(300);
      return verify(origin, body);
    },
  ],
  [
    'post /v1/verify 410 policy_gone',
    'after its withdrawal',
    async (origin) => {
      const body = await bodyOf(origin);
      await withdrawn(origin);
      return verify(origin, body);
    },
  ],
  ['post /v1/verify 413 body_too_large', 'for a long body', (origin) => verify(origin, LONG)],
  ['post /v1/verify 415 unsupported_media_type', 'for a form', (origin) => verify(origin, '{}', FORM)],
  ['post /v1/verify 429 too_many_requests', 'for the second', twice((origin) => verify(origin, {})), ONCE],
  [
    'get /v1/verdicts/{id} 200 Verification',
    'for its caller',
    async (origin) => {
      const { json } = await verify(origin, await bodyOf(origin));
      return ask(origin, `GET /v1/verdicts/${String(json.id)}`);
    },
  ],
  ['get /v1/verdicts/{id} 401 unauthorized', 'for a stranger', get('/v1/verdicts/none', null)],
  ['get /v1/verdicts/{id} 404 not_found', 'for an id of nothing', verdict],
  ['get /v1/verdicts/{id} 429 too_many_requests', 'for the second', twice(verdict), ONCE],
  ['get /v1/policies 200 PolicyPage', 'with a policy', policies],
  ['get /v1/policies 401 unauthorized', 'for a stranger', get('/v1/policies', null)],
  ['get /v1/policies 429 too_many_requests', 'for the second', twice(policies), ONCE],
  ['get /v1/policies/{name} 200 StoredPolicy', 'by its id', policy],
  ['get /v1/policies/{name} 400 bad_request', 'for a name that is none', get('/v1/policies/td@0')],
  ['get /v1/policies/{name} 401 unauthorized', 'for a stranger', get('/v1/policies/td', null)],
  ['get /v1/policies/{name} 404 not_found', 'for another version', get('/v1/policies/td@9')],
  ['get /v1/policies/{name} 429 too_many_requests', 'for the second', twice(policy), ONCE],
  ['put /v1/policies/{name} 200 StoredPolicy', 'for the same again', (origin) => put(origin, POLICY)],
  ['put /v1/policies/{name} 201 StoredPolicy', 'for another', (o) => put(o, { ...POLICY, debug: 'allow' })],
  ['put /v1/policies/{name} 400 bad_request', 'for none', (origin) => put(origin, { identiy: 'any' })],
  ['put /v1/policies/{name} 401 unauthorized', 'for a stranger', (origin) => put(origin, POLICY, null)],
  ['put /v1/policies/{name} 403 forbidden', 'for a caller', (origin) => put(origin, POLICY, 'shop')],
  ['put /v1/policies/{name} 413 body_too_large', 'for a long body', (origin) => put(origin, LONG)],
  [
    'put /v1/policies/{name} 415 unsupported_media_type',
    'for a form',
    (origin) => ask(origin, 'PUT /v1/policies/td', '{}', { as: 'ops', ...FORM }),
  ],
  ['put /v1/policies/{name} 429 too_many_requests', 'for the second', twice((origin) => put(origin, POLICY)), ONCE],
  ['delete /v1/policies/{name} 200 StoredPolicy', 'for a version', withdrawn],
  [
    'delete /v1/policies/{name} 400 bad_request',
    'without a version',
    (origin) => ask(origin, 'DELETE /v1/policies/td', undefined, { as: 'ops' }),
  ],
  [
    'delete /v1/policies/{name} 401 unauthorized',
    'for a stranger',
    (origin) => ask(origin, 'DELETE /v1/policies/td@1', undefined, { as: null }),
  ],
  [
    'delete /v1/policies/{name} 403 forbidden',
    'for a caller',
    (origin) => ask(origin, 'DELETE /v1/policies/td@1', undefined),
  ],
  [
    'delete /v1/policies/{name} 404 not_found',
    'for another version',
    (origin) => ask(origin, 'DELETE /v1/policies/td@9', undefined, { as: 'ops' }),
  ],
  ['delete /v1/policies/{name} 429 too_many_requests', 'for the second', twice(withdrawn), ONCE],
  ['post /verify 200 DstackVerification', 'for a quote', quoted],
  ['post /verify 429 too_many_requests', 'for the second', twice(quoted), { strangersRate: ONCE.rate }],
  ['post /verify 503 unavailable', 'without its endorsements', quoted, { endorsementsForStrangers: missing }],
  [
    'post /v1/verify 503 unavailable',
    'without its endorsements',
    async (origin) => verify(origin, await bodyOf(origin)),
    { endorsementsFor: missing },
  ],
  ['get /v1/policies 400 bad_request', 'after what is no id', get('/v1/policies?after=%00')],
  ['post /verify 200 DstackVerification', 'for nothing', (origin) => ask(origin, 'POST /verify', {}, { as: null })],
  ['post /verify 400 bad_request', 'for what is no JSON', (origin) => ask(origin, 'POST /verify', 'quote')],
  ['post /verify 413 body_too_large', 'for a long body', (origin) => ask(origin, 'POST /verify', LONG)],
  ['post /verify 415 unsupported_media_type', 'for a form', (origin) => ask(origin, 'POST /verify', '{}', FORM)],
  ['get /health 200 object', 'at any time', get('/health', null)],
  ['get /ready 200 object', 'with its database', get('/ready', null)],
];

/** What the description calls a request. */
const operationOf = (promise: string): string => promise.split(' ').slice(0, 2).join(' ');
const describedAnswer = (operation: string, { status, headers, json }: Answer): DescribedAnswer => ({
  operation,
  status,
  type: (headers.get('content-type') ?? '').replace(/;.*/, ''),
  body: json,
});

describe('the document of the verification service', () => {
  test.each<Case>(CASES)('describes %s %s, and nothing else', async (promise, _, asking, options = {}) => {
    const { clock, pass } = clockAt(now);
    await using service = await start({ clock, ...options });
    const { origin } = service;
    // The callers of the few requests that are let in have none to lose.
    const stored = await put(origin, POLICY);
    expect(stored.status).toBe(201);
    const judge = await describedBy(origin);
    const answer = describedAnswer(operationOf(promise), await asking(origin, pass));
    expect(judge.judge(answer)).toEqual({ kept: promise });
    for (const changed of changesOf(answer))
      expect([changed.body, judge.judge(changed)]).toEqual([changed.body, { wrong: expect.any(String) }]);
  });

  test('describes that a database is away', async () => {
    const service = await start();
    const judge = await describedBy(service.origin);
    await service.db.close();
    const answer = describedAnswer('get /ready', await ask(service.origin, 'GET /ready', undefined, { as: null }));
    expect(judge.judge(answer)).toEqual({ kept: 'get /ready 503 unavailable' });
  });

  test('promises nothing that is not shown here', async () => {
    await using service = await start();
    const { promised } = await describedBy(service.origin);
    const shown = [...CASES.map(([promise]) => promise), 'get /ready 503 unavailable'];
    expect(new Set(shown)).toEqual(new Set(promised));
  });
});
