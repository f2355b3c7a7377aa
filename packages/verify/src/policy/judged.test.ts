import { expect, test } from 'vitest';
import { intelCase } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import { authenticateEndorsements } from '../endorsements/authenticate.ts';
import { createMemory } from '../memory/in-memory.ts';
import type { RollbackMemory } from '../memory/rollback.ts';
import { sgx } from '../sgx/index.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { verify } from '../verify.ts';
import type { Policy } from './policy.ts';

const CURRENT = 'tdx-v4-00806f050000-3bffae89';
const OTHER = 'tdx-v4-00806f050000-7462cb52';
const OUT_OF_DATE = 'sgx-v3-00606a000000-plat-9a1589e4';
const RELAUNCH = 'tdx-v5-90c06f000000-d21a11db';
const tees = [sgx, tdx];
const failing = ({ checks }: Verdict) => checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

async function judge(name: string, policy: Policy, memory?: RollbackMemory): Promise<Verdict> {
  const { quote, collateral, time } = intelCase(name);
  const endorsements = await authenticateEndorsements({ dcap: collateral }, { tee: tdx, source: 'own' });
  const whole: Policy = { freshness: 'any', binding: 'any', ...policy };
  return verify(quote, { tees, now: new Date(time * 1000), endorsements, policy: whole, memory });
}

async function measurementsOf(name: string): Promise<Readonly<Record<string, string>>> {
  const { claims } = await judge(name, { identity: 'any' });
  if (claims === null) throw new Error('no claims');
  return claims.measurements;
}

describeWithVectors('policies over real quotes', () => {
  test('a release that holds whole is trusted, and the same registers over two releases are not', async () => {
    const [one, two] = [await measurementsOf(CURRENT), await measurementsOf(OTHER)];
    const names = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'];
    const differing = names.find((name) => one[name] !== two[name]) ?? '';
    const release = (
      name: string,
      from: Readonly<Record<string, string>>,
      instead: Readonly<Record<string, string>> = {},
    ) => ({
      name,
      measurements: { ...Object.fromEntries(names.map((key) => [key, from[key] ?? ''])), ...instead },
    });
    const good = await judge(CURRENT, { releases: [release('two', two), release('one', one)] });
    expect([good.trusted, failing(good)]).toEqual([true, []]);
    const mixed = [release('a', one, { [differing]: two[differing] ?? '' }), release('b', two)];
    const refused = await judge(CURRENT, { releases: mixed });
    expect([refused.trusted, failing(refused)]).toEqual([false, ['identity.release']]);
    const check = refused.checks.find(({ id }) => id === 'identity.release');
    expect(check?.expected).toBe(`closest of 2 releases: a: ${differing}=${two[differing]}`);
    expect(check?.actual).toBe(`${differing}=${one[differing]}`);
  });

  test('without releases nothing is trusted, and `identity: any` is waived aloud', async () => {
    const silent = await judge(CURRENT, {});
    expect([silent.trusted, silent.layers.identity, silent.outcome]).toEqual([false, 'unchecked', 'warning']);
    const aloud = await judge(CURRENT, { identity: 'any' });
    expect([aloud.trusted, aloud.layers.identity, aloud.waived]).toEqual([
      true,
      'waived',
      ['identity', 'freshness', 'binding'],
    ]);
  });

  test('platforms are judged beside `identity: any`', async () => {
    const { claims } = await judge(CURRENT, { identity: 'any' });
    const ppid = claims?.platform.ppid ?? '';
    expect((await judge(CURRENT, { identity: 'any', platforms: { ppid: [ppid] } })).trusted).toBe(true);
    const refused = await judge(CURRENT, { identity: 'any', platforms: { ppid: ['00'.repeat(16)] } });
    expect([refused.trusted, refused.layers.identity, failing(refused)]).toEqual([
      false,
      'fail',
      ['identity.platform'],
    ]);
  });

  test.each([
    [OUT_OF_DATE, {}, ['tcb.status']],
    [OUT_OF_DATE, { graceDays: 30 }, ['tcb.status']],
    [OUT_OF_DATE, { accept: ['OutOfDate'] }, []],
    [OUT_OF_DATE, { graceDays: 3650, accept: ['SWHardeningNeeded'] }, []],
    [RELAUNCH, {}, ['tcb.status']],
    [RELAUNCH, { graceDays: 3650 }, ['tcb.status']],
    [RELAUNCH, { accept: ['TDRelaunchAdvised'] }, []],
    [CURRENT, { minEvaluationDataNumber: 65_535 }, ['tcb.evaluation-number']],
    [CURRENT, { maxCollateralAgeDays: 1 }, ['collateral.age']],
    [CURRENT, { maxCollateralAgeDays: 400 }, []],
  ] satisfies [string, Policy['tcb'], string[]][])('%s under %j: %j', async (name, tcb, expected) => {
    const verdict = await judge(name, { identity: 'any', ...(Object.keys(tcb).length > 0 && { tcb }) });
    expect(failing(verdict)).toEqual(expected);
    expect(verdict.trusted).toBe(expected.length === 0);
  });

  test('collateral older than what was accepted before is refused', async () => {
    const { time } = intelCase(CURRENT);
    const memory = createMemory(() => new Date(time * 1000));
    expect((await judge(CURRENT, { identity: 'any' }, memory)).trusted).toBe(true);
    expect((await judge(CURRENT, { identity: 'any' }, memory)).trusted).toBe(true);
    const learnt: string[] = [];
    const newer: RollbackMemory = {
      ...memory,
      newest(key) {
        learnt.push(key);
        return learnt.length === 1 ? time : memory.newest(key);
      },
    };
    const refused = await judge(CURRENT, { identity: 'any' }, newer);
    expect(failing(refused)).toEqual(['endorsements.rollback']);
    expect(learnt.length).toBeGreaterThan(1);
    for (const key of learnt) expect(await memory.newest(key)).toBeGreaterThan(0);
  });
});
