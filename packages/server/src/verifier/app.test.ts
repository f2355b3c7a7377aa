import { AssayError } from '@assay/verify';
import { endorsementsJson } from '@assay/verify/endorsements';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import {
  ask,
  bodyFor,
  challenge,
  clockAt,
  failedIn,
  outcomeOf,
  POLICY,
  put,
  refusal,
  type SimulatedTd,
  SPKI_SHA256,
  simulatedTd,
  startVerifier,
  stateOf,
  type VerifierInTests,
  verify,
} from '../../../../tools/verifier-in-tests.ts';
import type { VerifierAppOptions } from './app.ts';

const now = new Date('2026-11-20T12:00:00Z');

let td: SimulatedTd;
beforeAll(async () => {
  td = await simulatedTd(now);
});

describeOnEngines(({ fresh }) => {
  const start = async (more: Partial<VerifierAppOptions> = {}): Promise<VerifierInTests> => {
    const { roots, endorsements } = td;
    const trust = { roots, allowSimulated: true, endorsementsFor: async () => endorsements };
    const service = await startVerifier(fresh(), { clock: () => now, ...trust, ...more });
    expect((await put(service.origin, POLICY)).status).toBe(201);
    return service;
  };
  describe('a challenge', () => {
    test('is a nonce for one caller and one version of a policy, good for five minutes', async () => {
      await using service = await start();
      const answer = await ask(service.origin, 'POST /v1/challenges', { policyId: 'td' });
      expect([answer.status, answer.json]).toEqual([
        201,
        {
          nonce: expect.stringMatching(/^[0-9a-f]{64}$/),
          expiresAt: '2026-11-20T12:05:00.000Z',
          policy: { id: 'td', version: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        },
      ]);
      expect(await stateOf(service, String(answer.json.nonce))).toEqual({ used: false, verdicts: 0 });
    });

    test('is not given out for a policy that there is not', async () => {
      await using service = await start();
      const answer = await ask(service.origin, 'POST /v1/challenges', { policyId: 'other' });
      expect(refusal(answer)).toEqual([404, 'not_found', 'policy']);
    });

    test('gets a verdict on evidence for it, which is kept with the nonce that it uses up', async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const answer = await verify(service.origin, await bodyFor(td, nonce));
      expect([answer.status, failedIn(answer), outcomeOf(answer)]).toEqual([200, [], 'affirming']);
      expect(answer.json).toMatchObject({
        schema: 'assay.verification/1',
        caller: 'shop',
        challenge: nonce,
        policy: { id: 'td', version: 1 },
        verdict: { trusted: true, simulated: true, claims: { keys: [{ use: 'tls', spkiSha256: SPKI_SHA256 }] } },
        token: null,
      });
      expect(await stateOf(service, nonce)).toEqual({ used: true, verdicts: 1 });
      const kept = await ask(service.origin, `GET /v1/verdicts/${String(answer.json.id)}`);
      expect(kept.text).toBe(answer.text);
    });

    test('is used up by a refusing verdict, too', async () => {
      await using service = await start();
      const [nonce, other] = [await challenge(service.origin), await challenge(service.origin)];
      const answer = await verify(service.origin, { ...(await bodyFor(td, other)), challenge: nonce });
      expect([answer.status, failedIn(answer), outcomeOf(answer)]).toEqual([200, ['fresh.nonce'], 'contraindicated']);
      expect(await stateOf(service, nonce)).toEqual({ used: true, verdicts: 1 });
      expect(await stateOf(service, other)).toEqual({ used: false, verdicts: 0 });
      expect(refusal(await verify(service.origin, await bodyFor(td, nonce)))).toEqual([409, 'nonce_used', 'challenge']);
    });

    test('is used up by evidence that is none', async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const answer = await verify(service.origin, { challenge: nonce, evidence: { schema: 'assay.evidence/1' } });
      expect([failedIn(answer), await stateOf(service, nonce)]).toEqual([
        ['evidence.form'],
        { used: true, verdicts: 1 },
      ]);
    });

    test('is good once', async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const body = await bodyFor(td, nonce);
      expect(outcomeOf(await verify(service.origin, body))).toBe('affirming');
      expect(refusal(await verify(service.origin, body))).toEqual([409, 'nonce_used', 'challenge']);
      expect(await stateOf(service, nonce)).toEqual({ used: true, verdicts: 1 });
    });

    test("is of no use to another caller, and stays its owner's", async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const body = await bodyFor(td, nonce);
      expect(refusal(await verify(service.origin, body, { as: 'bank' }))).toEqual([403, 'nonce_foreign', 'challenge']);
      expect(await stateOf(service, nonce)).toEqual({ used: false, verdicts: 0 });
      expect(outcomeOf(await verify(service.origin, body))).toBe('affirming');
    });

    test('expires', async () => {
      const { clock, pass } = clockAt(now);
      await using service = await start({ clock, challengeSeconds: 60 });
      const [early, late] = [await challenge(service.origin), await challenge(service.origin)];
      const bodies = [await bodyFor(td, early), await bodyFor(td, late)] as const;
      pass(59);
      expect(outcomeOf(await verify(service.origin, bodies[0]))).toBe('affirming');
      pass(1);
      expect(refusal(await verify(service.origin, bodies[1]))).toEqual([410, 'nonce_expired', 'challenge']);
      expect(await stateOf(service, late)).toEqual({ used: false, verdicts: 0 });
      await service.sweep();
      expect((await stateOf(service, late)).used).toBe(false);
      pass(86_401);
      await service.sweep();
      expect(refusal(await verify(service.origin, bodies[1]))).toEqual([404, 'nonce_unknown', 'challenge']);
      expect(await stateOf(service, early)).toEqual({ used: undefined, verdicts: 1 });
    });

    test('that expires while its evidence is judged gets no verdict', async () => {
      const { clock, pass } = clockAt(now);
      const slow = async () => {
        pass(300);
        return td.endorsements;
      };
      await using service = await start({ clock, endorsementsFor: slow });
      const nonce = await challenge(service.origin);
      expect(refusal(await verify(service.origin, await bodyFor(td, nonce)))[1]).toBe('nonce_expired');
      expect(await stateOf(service, nonce)).toEqual({ used: false, verdicts: 0 });
    });

    test('is not used up while its endorsements cannot be had; those that come with the evidence serve meanwhile', async () => {
      const away = async () => {
        throw new AssayError('unavailable', 'endorsements: away', { field: 'endorsements' });
      };
      await using service = await start({ endorsementsFor: away });
      const nonce = await challenge(service.origin);
      const body = await bodyFor(td, nonce);
      expect(refusal(await verify(service.origin, body))).toEqual([503, 'unavailable', 'endorsements']);
      expect(await stateOf(service, nonce)).toEqual({ used: false, verdicts: 0 });
      const stapled = { ...body, endorsements: endorsementsJson(td.endorsements) };
      expect(outcomeOf(await verify(service.origin, stapled))).toBe('affirming');
    });

    test('is refused when it was never given out', async () => {
      await using service = await start();
      const nonce = '5a'.repeat(32);
      expect(refusal(await verify(service.origin, await bodyFor(td, nonce)))).toEqual([
        404,
        'nonce_unknown',
        'challenge',
      ]);
      expect(await stateOf(service, nonce)).toEqual({ used: undefined, verdicts: 0 });
    });

    test('outlives a newer version of its policy, but not the withdrawal of its own', async () => {
      await using service = await start();
      const [kept, gone] = [await challenge(service.origin), await challenge(service.origin)];
      const second = await put(service.origin, { ...POLICY, tcb: { graceDays: 1 } });
      expect(second.json).toMatchObject({ id: 'td', version: 2, createdBy: 'ops', withdrawnAt: null });
      expect((await verify(service.origin, await bodyFor(td, kept))).json.policy).toMatchObject({ version: 1 });
      const withdrawn = await ask(service.origin, 'DELETE /v1/policies/td@1', undefined, { as: 'ops' });
      expect(withdrawn.json).toMatchObject({ version: 1, withdrawnAt: now.toISOString() });
      expect(refusal(await verify(service.origin, await bodyFor(td, gone)))).toEqual([410, 'policy_gone', 'challenge']);
      expect(await stateOf(service, gone)).toEqual({ used: false, verdicts: 0 });
      const next = await ask(service.origin, 'POST /v1/challenges', { policyId: 'td' });
      expect(next.json.policy).toMatchObject({ version: 2 });
    });

    test('is not used up by a request that is wrong', async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const body = await bodyFor(td, nonce);
      const wrong = await verify(service.origin, { ...body, subject: { reportData: '00' } });
      expect(refusal(wrong)).toEqual([400, 'bad_request', 'subject.reportData']);
      expect(await stateOf(service, nonce)).toEqual({ used: false, verdicts: 0 });
      expect(outcomeOf(await verify(service.origin, body))).toBe('affirming');
    });

    test('that 50 requests bring at once gets one verdict', async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const body = JSON.stringify(await bodyFor(td, nonce));
      const answers = await Promise.all(Array.from({ length: 50 }, () => verify(service.origin, body)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ json }) => json.code === 'nonce_used')).toHaveLength(49);
      expect(await stateOf(service, nonce)).toEqual({ used: true, verdicts: 1 });
    });
  });

  test("a verdict is its caller's, and an admin's", async () => {
    await using service = await start();
    const { json } = await verify(service.origin, await bodyFor(td, await challenge(service.origin)));
    const path = `GET /v1/verdicts/${String(json.id)}`;
    const statuses = [];
    for (const as of ['shop', 'ops', 'bank'] as const)
      statuses.push((await ask(service.origin, path, undefined, { as })).status);
    expect(statuses).toEqual([200, 200, 404]);
  });

  test('rollback of endorsements is remembered in the database, for every instance', async () => {
    const place = fresh();
    const later = new Date(now.getTime() + 86_400_000);
    const { endorsements: newer } = await simulatedTd(later);
    let served = newer;
    const options = { clock: () => later, roots: td.roots, allowSimulated: true, endorsementsFor: async () => served };
    await using first = await startVerifier(place, options);
    await put(first.origin, POLICY);
    const verdictBy = async ({ origin }: VerifierInTests) =>
      failedIn(await verify(origin, await bodyFor(td, await challenge(origin))));
    expect(await verdictBy(first)).toEqual([]);
    served = td.endorsements;
    await using second = await startVerifier(place, options);
    expect([await verdictBy(second), await verdictBy(first)]).toEqual([
      ['endorsements.rollback'],
      ['endorsements.rollback'],
    ]);
  });
});
