import { expect, test } from 'vitest';
import { type Case, casesIn } from './conformance-cases.ts';
import { runCases } from './conformance-run.ts';
import { vectorsFolder } from './vectors.ts';
import { describeWithVectors } from './vectors-in-tests.ts';

describeWithVectors('the command agrees with every case of the evidence files', () => {
  const cases = casesIn(vectorsFolder() ?? '');

  test('in exit code, TCB status and reason', async () => {
    expect(cases.length).toBeGreaterThan(40);
    const results = await runCases(cases);
    expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
  }, 300_000);

  test('and a wrong expectation is noticed', async () => {
    const one = cases.find(({ expected }) => expected.exit === 0 && expected.tcbStatus === 'UpToDate') as Case;
    const wrong = await runCases([
      { ...one, expected: { exit: 1 } },
      { ...one, expected: { exit: 0, tcbStatus: 'Revoked' } },
      { ...one, args: ['verify', '--nonsense'] },
    ]);
    expect(wrong.map(({ problem }) => problem)).toEqual([
      'exit 0 instead of 1',
      'TCB status UpToDate instead of Revoked',
      'no verdict on standard output',
    ]);
  });
});
