import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import {
  ask,
  bodyFor,
  challenge,
  POLICY,
  put,
  refusal,
  type SimulatedTd,
  simulatedTd,
  startVerifier,
  stateOf,
  verify,
} from '../../../../tools/verifier-in-tests.ts';

const now = new Date('2026-11-20T12:00:00Z');

let td: SimulatedTd;
beforeAll(async () => {
  td = await simulatedTd(now);
});

describeOnEngines(({ fresh }) => {
  describe('two instances on one database', () => {
    const start = async () => {
      const place = fresh();
      const trust = { roots: td.roots, allowSimulated: true, endorsementsFor: async () => td.endorsements };
      const [one, two] = [
        await startVerifier(place, { clock: () => now, ...trust }),
        await startVerifier(place, { clock: () => now, ...trust }),
      ];
      await put(one.origin, POLICY);
      return {
        one,
        two,
        of: (index: number) => (index % 2 === 0 ? one : two).origin,
        [Symbol.asyncDispose]: async () => {
          await one[Symbol.asyncDispose]();
          await two[Symbol.asyncDispose]();
        },
      };
    };

    test('give one verdict to 50 requests that bring one challenge at once', async () => {
      await using instances = await start();
      const nonce = await challenge(instances.one.origin);
      const body = JSON.stringify(await bodyFor(td, nonce));
      const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => verify(instances.of(index), body)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ json }) => json.code === 'nonce_used')).toHaveLength(49);
      expect(await stateOf(instances.two, nonce)).toEqual({ used: true, verdicts: 1 });
    });

    test('give 50 requests with one idempotency key the same answer', async () => {
      await using instances = await start();
      const nonce = await challenge(instances.two.origin);
      const body = JSON.stringify(await bodyFor(td, nonce));
      const headers = { 'idempotency-key': 'one' };
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => verify(instances.of(index), body, { headers })),
      );
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect([answers[0]?.status, await stateOf(instances.one, nonce)]).toEqual([200, { used: true, verdicts: 1 }]);
    });

    test('know of a withdrawal at once', async () => {
      await using instances = await start();
      const nonce = await challenge(instances.one.origin);
      await ask(instances.one.origin, 'DELETE /v1/policies/td@1', undefined, { as: 'ops' });
      const answer = await verify(instances.two.origin, await bodyFor(td, nonce));
      expect(refusal(answer)).toEqual([410, 'policy_gone', 'challenge']);
    });

    test('write many challenges and verdicts at once, each its own', async () => {
      await using instances = await start();
      const answers = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const nonce = await challenge(instances.of(index));
          return verify(instances.of(index + 1), await bodyFor(td, nonce));
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ json }) => json.challenge)).size).toBe(100);
    });
  });
});
