import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import {
  type Answer,
  bodyFor,
  challenge,
  outcomeOf,
  POLICY,
  put,
  refusal,
  type SimulatedTd,
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
  describe('an idempotency key', () => {
    const headers = { 'idempotency-key': 'order-1' };

    test('fetches a lost answer again, byte for byte', async () => {
      await using service = await start();
      const body = JSON.stringify(await bodyFor(td, await challenge(service.origin)));
      const first = await verify(service.origin, body, { headers });
      const again = await verify(service.origin, body, { headers });
      expect([again.status, again.text, outcomeOf(again)]).toEqual([200, first.text, 'affirming']);
    });

    test('gives all of 50 requests at once the one verdict', async () => {
      await using service = await start();
      const nonce = await challenge(service.origin);
      const body = JSON.stringify(await bodyFor(td, nonce));
      const answers = await Promise.all(Array.from({ length: 50 }, () => verify(service.origin, body, { headers })));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(outcomeOf(answers[0] as Answer)).toBe('affirming');
      expect(await stateOf(service, nonce)).toEqual({ used: true, verdicts: 1 });
    });

    test('of another request is refused, and its nonce stays', async () => {
      await using service = await start();
      const [first, second] = [await challenge(service.origin), await challenge(service.origin)];
      await verify(service.origin, await bodyFor(td, first), { headers });
      const other = await verify(service.origin, await bodyFor(td, second), { headers });
      expect(refusal(other)).toEqual([409, 'idempotency_reused', 'idempotency-key']);
      expect(await stateOf(service, second)).toEqual({ used: false, verdicts: 0 });
    });

    test('at once for two requests is kept by one of them', async () => {
      await using service = await start();
      const nonces = [await challenge(service.origin), await challenge(service.origin)];
      const answers = await Promise.all(
        nonces.map(async (nonce) => verify(service.origin, await bodyFor(td, nonce), { headers })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const states = await Promise.all(nonces.map((nonce) => stateOf(service, nonce)));
      expect(states.map(({ verdicts }) => verdicts).sort()).toEqual([0, 1]);
    });

    test("is each caller's own", async () => {
      await using service = await start();
      const ofShop = await verify(service.origin, await bodyFor(td, await challenge(service.origin)), { headers });
      const nonce = await challenge(service.origin, { as: 'bank' });
      const ofBank = await verify(service.origin, await bodyFor(td, nonce), { as: 'bank', headers });
      expect([ofShop.json.caller, ofBank.json.caller]).toEqual(['shop', 'bank']);
    });

    test.each(['', 'a b', 'x'.repeat(129)])('that is none is refused: %j', async (key) => {
      await using service = await start();
      const body = await bodyFor(td, await challenge(service.origin));
      const answer = await verify(service.origin, body, { headers: { 'idempotency-key': key } });
      expect(refusal(answer)).toEqual([400, 'bad_request', 'idempotency-key']);
    });
  });
});
