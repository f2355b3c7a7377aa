import { insertRows } from '@assay/store';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import {
  ask,
  bodyFor,
  challenge,
  clockAt,
  POLICY,
  put,
  refusal,
  type SimulatedTd,
  simulatedTd,
  startVerifier,
  type VerifierInTests,
  verify,
} from '../../../../tools/verifier-in-tests.ts';
import type { VerifierAppOptions } from './app.ts';
import { createStoredMemory } from './rollback-memory.ts';

const now = new Date('2026-11-20T12:00:00Z');

let td: SimulatedTd;
beforeAll(async () => {
  td = await simulatedTd(now);
});

describeOnEngines(({ fresh }) => {
  const start = async (options: Pick<VerifierAppOptions, 'clock' | 'keepDays'>): Promise<VerifierInTests> => {
    const { roots, endorsements } = td;
    const trust = { roots, allowSimulated: true, endorsementsFor: async () => endorsements };
    const service = await startVerifier(fresh(), { ...trust, ...options });
    expect((await put(service.origin, POLICY)).status).toBe(201);
    return service;
  };

  describe('what is forgotten', () => {
    test('is a verdict after the days that it is kept; its challenge is of no use then, either', async () => {
      const { clock, pass } = clockAt(now);
      await using service = await start({ clock, keepDays: 2 });
      const nonce = await challenge(service.origin);
      const body = await bodyFor(td, nonce);
      const answer = await verify(service.origin, body);
      const kept = () => ask(service.origin, `GET /v1/verdicts/${String(answer.json.id)}`);
      pass(2 * 86_400);
      await service.sweep();
      expect((await kept()).status).toBe(200);
      pass(1);
      await service.sweep();
      expect(refusal(await kept())).toEqual([404, 'not_found', 'id']);
      expect(refusal(await verify(service.origin, body))).toEqual([404, 'nonce_unknown', 'challenge']);
    });

    test('is each challenge of a flood, a day after it expired', async () => {
      const { clock, pass } = clockAt(now);
      await using service = await start({ clock });
      const [row] = await service.db.sql.selectFrom('verifier_policies').select(['id', 'version']).execute();
      const about = { caller: 'shop', policy_id: row?.id ?? '', policy_version: row?.version ?? 0, created_at: 0 };
      const rows = Array.from({ length: 2_500 }, (_, index) => ({
        ...{ ...about, nonce: index.toString(16).padStart(64, '0'), used_at: null },
        expires_at: now.getTime() - (index === 0 ? 0 : 1),
      }));
      await service.db.transaction((trx) => insertRows(trx, 'verifier_challenges', rows));
      pass(86_400);
      await service.sweep();
      expect(await service.db.sql.selectFrom('verifier_challenges').select('nonce').execute()).toEqual([
        { nonce: '00'.repeat(32) },
      ]);
    });
  });

  test('the rollback memory forgets nothing: a date that it had does not go back, though a read says so', async () => {
    const { clock, pass } = clockAt(now);
    await using service = await start({ clock });
    const memory = createStoredMemory(service.db, clock);
    await memory.remember('list', 5);
    // As read before that was written, and arriving later.
    await service.db.sql.updateTable('verifier_rollback').set({ issued: 4 }).execute();
    pass(60);
    expect(await memory.newest('list')).toBe(5);
    await service.db.sql.updateTable('verifier_rollback').set({ issued: 6 }).execute();
    pass(60);
    expect(await memory.newest('list')).toBe(6);
  });
});
