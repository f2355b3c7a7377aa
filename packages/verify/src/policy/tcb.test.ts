import { describe, expect, test } from 'vitest';
import { fromIso } from '../codec/time.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { Tcb } from '../verdict/verdict.ts';
import { tcbChecks } from './checks.ts';
import { parsePolicy } from './parse.ts';
import { appraiseTcb, type TcbInput } from './tcb.ts';

const DATE = '2025-01-01T00:00:00Z';
const now = fromIso('2025-03-01T00:00:00Z');

function tcbOf(status: string, parts: { platform?: string; qe?: string; module?: string } = {}): Tcb {
  const part = (word: string) => ({ status: word, date: DATE });
  return {
    status,
    date: DATE,
    advisories: [
      { id: 'INTEL-SA-00615', source: 'platform' },
      { id: 'INTEL-SA-01036', source: 'qe' },
    ],
    evaluationDataNumber: 17,
    platform: part(parts.platform ?? status),
    module: parts.module === undefined ? null : part(parts.module),
    qe: part(parts.qe ?? 'UpToDate'),
    relaunchAdvised: status.startsWith('TDRelaunch'),
  };
}

function appraise(tcb: object | undefined, input: Partial<TcbInput>, at = now): readonly Check[] {
  const checks = new Checklist(tcbChecks);
  appraiseTcb(
    { tcb: null, issued: [], ...input },
    parsePolicy(tcb === undefined ? {} : { tcb }),
    { now: at, skew: 0 },
    checks,
  );
  return checks.checks;
}

const outcomes = (checks: readonly Check[]) => checks.map(({ id, outcome }) => `${id}: ${outcome}`);
const judge = (policy: object | undefined, tcb: Tcb, at = now) => appraise(policy, { tcb }, at)[0];

describe('tcb.status', () => {
  const STATUSES = {
    UpToDate: 'STATUS_TCB_UP_TO_DATE',
    SWHardeningNeeded: 'STATUS_TCB_SW_HARDENING_NEEDED',
    ConfigurationNeeded: 'STATUS_TCB_CONFIGURATION_NEEDED',
    ConfigurationAndSWHardeningNeeded: 'STATUS_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED',
    OutOfDate: 'STATUS_TCB_OUT_OF_DATE',
    OutOfDateConfigurationNeeded: 'STATUS_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED',
    TDRelaunchAdvised: 'STATUS_TCB_TD_RELAUNCH_ADVISED',
    TDRelaunchAdvisedConfigurationNeeded: 'STATUS_TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED',
  };

  test.each(Object.entries(STATUSES))(
    '%s: UpToDate alone passes without a policy, any other when accepted',
    (status, intel) => {
      const strict = judge(undefined, tcbOf(status));
      expect(strict?.outcome).toBe(status === 'UpToDate' ? 'pass' : 'fail');
      if (status !== 'UpToDate') expect(strict).toMatchObject({ intelStatus: intel, expected: 'UpToDate' });
      expect(judge({ accept: [status] }, tcbOf(status))?.outcome).toBe('pass');
      expect(judge({ accept: [status] }, tcbOf('UpToDate'))?.outcome).toBe('pass');
    },
  );

  test.each([
    ['SWHardeningNeeded', 'mitigations'],
    ['ConfigurationNeeded', 'firmware settings'],
    ['ConfigurationAndSWHardeningNeeded', 'firmware settings'],
    ['TDRelaunchAdvised', 'Start the virtual machine again'],
  ])('%s has a remedy of its own', (status, words) => {
    expect(judge(undefined, tcbOf(status))?.remedy).toContain(words);
  });

  test('an unknown word is refused', () => {
    expect(judge({ accept: Object.keys(STATUSES) }, tcbOf('Splendid'))?.outcome).toBe('fail');
  });

  test.each([tcbOf('Revoked'), tcbOf('UpToDate', { qe: 'Revoked' }), tcbOf('UpToDate', { module: 'Revoked' })])(
    'Revoked fails whatever the policy says, in any part',
    (tcb) => {
      const check = judge({ accept: Object.keys(STATUSES), graceDays: 3650 }, tcb);
      expect(check).toMatchObject({ outcome: 'fail', actual: 'Revoked', intelStatus: 'STATUS_TCB_REVOKED' });
      expect(check?.remedy).toContain('No policy accepts it');
    },
  );

  test('is skipped when no level was found, with what depends on it', () => {
    const policy = { minEvaluationDataNumber: 1, advisories: { allow: [] }, maxCollateralAgeDays: 3 };
    expect(outcomes(appraise(policy, { tcb: null }))).toEqual([
      'tcb.status: skip',
      'tcb.evaluation-number: skip',
      'tcb.advisories: skip',
      'collateral.age: skip',
    ]);
  });
});

describe('grace days', () => {
  const end = fromIso('2025-01-31T00:00:00Z');

  test.each([
    [end - 1, 'warn'],
    [end, 'warn'],
    [end + 1, 'fail'],
  ])('an out-of-date level of 1 January, 30 days, at %d: %s', (at, outcome) => {
    const check = judge({ graceDays: 30 }, tcbOf('OutOfDate'), at);
    expect(check?.outcome).toBe(outcome);
    expect(check?.actual).toContain('2025-01-31T00:00:00Z');
  });

  test.each([
    ['OutOfDateConfigurationNeeded', undefined, [], 'fail'],
    ['OutOfDateConfigurationNeeded', undefined, ['ConfigurationNeeded'], 'warn'],
    ['OutOfDateConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded', ['ConfigurationNeeded'], 'fail'],
    ['OutOfDateConfigurationNeeded', 'ConfigurationNeeded', ['ConfigurationNeeded'], 'warn'],
    // The quoting enclave's age made SWHardeningNeeded into OutOfDate: grace forgives the age only.
    ['OutOfDate', 'SWHardeningNeeded', [], 'fail'],
    ['OutOfDate', 'SWHardeningNeeded', ['SWHardeningNeeded'], 'warn'],
    ['OutOfDate', 'UpToDate', [], 'warn'],
    ['TDRelaunchAdvised', 'OutOfDate', [], 'fail'],
    ['SWHardeningNeeded', undefined, [], 'fail'],
    ['UpToDate', undefined, [], 'pass'],
  ])('%s (platform %s) while %j are accepted: %s', (status, platform, accept, outcome) => {
    const policy = { graceDays: 3650, ...(accept.length > 0 && { accept }) };
    expect(judge(policy, tcbOf(status, platform === undefined ? {} : { platform }))?.outcome).toBe(outcome);
  });

  test('a date that is none gives no grace', () => {
    expect(judge({ graceDays: 3650 }, { ...tcbOf('OutOfDate'), date: 'soon' })?.outcome).toBe('fail');
  });

  test('none is the default, and 0 is none', () => {
    expect(judge({ graceDays: 0 }, tcbOf('OutOfDate'), fromIso(DATE))?.outcome).toBe('fail');
    expect(judge(undefined, tcbOf('OutOfDate'), fromIso(DATE))?.outcome).toBe('fail');
  });
});

test.each([
  [16, 'pass'],
  [17, 'pass'],
  [18, 'fail'],
])('tcb.evaluation-number: 17 against at least %d: %s', (minEvaluationDataNumber, outcome) => {
  const [, check] = appraise({ minEvaluationDataNumber }, { tcb: tcbOf('UpToDate') });
  expect(check).toMatchObject({ id: 'tcb.evaluation-number', outcome, actual: '17' });
});

test.each([
  [{ deny: ['INTEL-SA-00615'] }, 'fail', 'INTEL-SA-00615 (platform)'],
  [{ deny: ['INTEL-SA-00001'] }, 'pass', 'INTEL-SA-00615 (platform), INTEL-SA-01036 (qe)'],
  [{ allow: ['INTEL-SA-00615'] }, 'fail', 'INTEL-SA-01036 (qe)'],
  [{ allow: ['INTEL-SA-00615', 'INTEL-SA-01036'] }, 'pass', 'INTEL-SA-00615 (platform), INTEL-SA-01036 (qe)'],
  [{ allow: [] }, 'fail', 'INTEL-SA-00615 (platform), INTEL-SA-01036 (qe)'],
  [{ allow: ['INTEL-SA-00615', 'INTEL-SA-01036'], deny: ['INTEL-SA-01036'] }, 'fail', 'INTEL-SA-01036 (qe)'],
])('tcb.advisories: %j: %s', (advisories, outcome, actual) => {
  const [, check] = appraise({ advisories }, { tcb: tcbOf('UpToDate') });
  expect(check).toMatchObject({ id: 'tcb.advisories', outcome, actual });
});

describe('collateral.age', () => {
  const day = 86_400;

  test.each([
    [[now, now - 3 * day], 'pass'],
    [[now - 3 * day - 1, now], 'fail'],
  ])('the oldest document counts', (issued, outcome) => {
    const check = appraise({ maxCollateralAgeDays: 3 }, { tcb: tcbOf('UpToDate'), issued }).at(-1);
    expect(check).toMatchObject({ id: 'collateral.age', outcome, expected: 'issued since 2025-02-26T00:00:00Z' });
  });

  test('is not judged unless the policy asks', () => {
    expect(outcomes(appraise(undefined, { tcb: tcbOf('UpToDate'), issued: [0] }))).toEqual(['tcb.status: pass']);
  });
});
