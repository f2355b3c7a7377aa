import { writeFile } from 'node:fs/promises';
import { openVerifierDatabase } from '@assay/server';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { startPostgres, withoutPostgres } from './postgres.ts';
import { faultsOf, runCallers } from './verifier-drill/callers.ts';
import { disturbed } from './verifier-drill/disturb.ts';
import { drillFolder, startInstance } from './verifier-drill/instance.ts';
import { startNginx, withoutNginx } from './verifier-drill/nginx.ts';
import { POLICY, put, type SimulatedTd, simulatedTd } from './verifier-in-tests.ts';

const missing = withoutPostgres ?? withoutNginx;

let td: SimulatedTd;
beforeAll(async () => {
  td = await simulatedTd(new Date());
});

/** Verdicts that are kept, and challenges that were used. */
async function countsIn(place: Parameters<typeof openVerifierDatabase>[0]) {
  await using db = await openVerifierDatabase(place);
  const verdicts = await db.sql.selectFrom('verifier_verdicts').select('nonce').execute();
  const used = await db.sql
    .selectFrom('verifier_challenges')
    .select('nonce')
    .where('used_at', 'is not', null)
    .execute();
  const nonces = new Set(verdicts.map(({ nonce }) => nonce));
  return { verdicts: verdicts.length, nonces: nonces.size, used: used.filter(({ nonce }) => nonces.has(nonce)).length };
}

describe('a verification service that is killed', () => {
  test('in the middle of its work, ten times, has kept each verdict that it told of, on SQLite', async () => {
    await using folder = await drillFolder(td.rootPem);
    const file = folder.path('verifier.db');
    await using instance = await startInstance(folder, await freePort(), ['--database', file]);
    const { origin } = instance;
    expect((await put(origin, POLICY)).status).toBe(201);
    let acknowledged = 0;
    for (let round = 0; round < 10; round += 1) {
      const at = 1 + Math.floor(Math.random() * 40);
      let killed: Promise<void> | undefined;
      const observed = await runCallers({
        ...{ origin, td, challenges: 50, callers: 16 },
        progress: (done) => {
          if (done >= at) killed ??= instance.kill().then(instance.restart);
        },
      });
      await killed;
      expect(await faultsOf(origin, observed)).toEqual([]);
      expect([observed.acknowledged.length, observed.refused]).toEqual([50, 10]);
      acknowledged += observed.acknowledged.length;
      const { verdicts, nonces, used } = await countsIn({ file });
      expect([verdicts, nonces, used]).toEqual([acknowledged, acknowledged, acknowledged]);
    }
  }, 180_000);

  test.skipIf(missing)(
    `again and again, one of two behind nginx, has kept each verdict that it told of, on Postgres${missing === undefined ? '' : ` (${missing})`}`,
    async () => {
      await using postgres = await startPostgres();
      await using folder = await drillFolder(td.rootPem);
      const url = postgres.newDatabase();
      await writeFile(folder.path('url'), url, { mode: 0o600 });
      const ports = [await freePort(), await freePort()] as const;
      const database = ['--database-url-file', folder.path('url')];
      await using first = await startInstance(folder, ports[0], database);
      await using second = await startInstance(folder, ports[1], database);
      await using proxy = await startNginx(folder, await freePort(), ports);
      const { origin } = proxy;
      expect((await put(origin, POLICY)).status).toBe(201);
      const between = (): number => 200 + Math.random() * 300;
      const { result, kills } = await disturbed([first, second], between, () =>
        runCallers({ origin, td, challenges: 1_000, callers: 32 }),
      );
      expect(kills).toBeGreaterThan(0);
      expect(await faultsOf(origin, result)).toEqual([]);
      expect([result.acknowledged.length, result.refused]).toEqual([1_000, 200]);
      expect(await countsIn({ url })).toEqual({ verdicts: 1_000, nonces: 1_000, used: 1_000 });
    },
    180_000,
  );
});
