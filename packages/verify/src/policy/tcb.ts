import { fromIso, toIso, type UnixSeconds } from '../codec/time.ts';
import { attempt } from '../errors.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { Tcb } from '../verdict/verdict.ts';
import type { Policy, TcbPolicy } from './policy.ts';

const DAY = 86_400;

/** What is judged: the level found (null when a check before failed) and when each endorsement was issued. */
export interface TcbInput {
  readonly tcb: Tcb | null;
  readonly issued: readonly UnixSeconds[];
  /** What a TD runs on now, where that may be another module than at its launch. */
  readonly current?: string | null | undefined;
}

/** Judges how current an Intel platform is. Only `tcb.status` runs always, the others when the policy asks. */
export function appraiseTcb({ tcb, issued, current }: TcbInput, policy: Policy, clock: Clock, checks: Checklist): void {
  const own = policy.tcb ?? {};
  const lowest = own.minEvaluationDataNumber;
  if (tcb === null) {
    const reason = 'no TCB level was found';
    checks.skip('tcb.status', reason);
    if (lowest !== undefined) checks.skip('tcb.evaluation-number', reason);
    if (own.advisories !== undefined) checks.skip('tcb.advisories', reason);
  } else {
    appraiseStatus(tcb, current, own, clock, checks);
    if (lowest !== undefined) {
      const actual = tcb.evaluationDataNumber;
      checks.test('tcb.evaluation-number', actual >= lowest, { expected: `${lowest} or more`, actual: String(actual) });
    }
    appraiseAdvisories(tcb, own, checks);
  }
  appraiseCollateralAge(issued, policy, clock, checks);
}

/** `collateral.age`: judged when the policy sets `tcb.maxCollateralAgeDays`, for endorsements of every vendor. */
export function appraiseCollateralAge(
  issued: readonly UnixSeconds[],
  { tcb }: Policy,
  clock: Clock,
  checks: Checklist,
): void {
  const days = tcb?.maxCollateralAgeDays;
  if (days === undefined) return;
  if (issued.length === 0) {
    checks.skip('collateral.age', 'no endorsement was read');
    return;
  }
  const oldest = Math.min(...issued);
  checks.test('collateral.age', clock.now - oldest <= days * DAY, {
    expected: `issued since ${toIso(Math.max(0, clock.now - days * DAY))}`,
    actual: toIso(oldest),
  });
}

function appraiseStatus(
  tcb: Tcb,
  current: TcbInput['current'],
  policy: TcbPolicy,
  clock: Clock,
  checks: Checklist,
): void {
  const accepted: readonly string[] = [...new Set(['UpToDate', ...(policy.accept ?? [])])];
  const detail = { expected: accepted.join(' or '), intelStatus: intelStatusOf(tcb.status) };
  // Intel's status of a TD whose module was updated leaves out that the new one may be revoked.
  const parts = [tcb.status, tcb.platform.status, tcb.module?.status, tcb.qe.status, current];
  if (parts.includes('Revoked')) {
    checks.fail('tcb.status', {
      expected: detail.expected,
      actual: 'Revoked',
      intelStatus: intelStatusOf('Revoked'),
      remedy: 'Do not use this machine: Intel revoked its TCB. No policy accepts it.',
    });
  } else if (accepted.includes(tcb.status)) {
    checks.pass('tcb.status', { ...detail, actual: tcb.status });
  } else {
    const until = graceEnd(tcb, policy, accepted);
    const actual = `${tcb.status} (level of ${tcb.date})`;
    if (until !== undefined && clock.now <= until) {
      checks.warn('tcb.status', { ...detail, actual: `${actual}, in grace until ${toIso(until)}` });
    } else if (until !== undefined) {
      checks.fail('tcb.status', { ...detail, actual: `${actual}, grace ended ${toIso(until)}` });
    } else {
      checks.fail('tcb.status', { ...detail, actual, ...remedyOf(tcb.status) });
    }
  }
}

/** When the grace for an out-of-date level ends; undefined when grace cannot make up for the status. */
function graceEnd(tcb: Tcb, { graceDays = 0 }: TcbPolicy, accepted: readonly string[]): UnixSeconds | undefined {
  if (graceDays === 0 || !tcb.status.startsWith('OutOfDate')) return undefined;
  // Grace forgives age and nothing else. When a part's age hid the platform's own status, that must be accepted too.
  const rest = [tcb.status, tcb.platform.status].map((status) => WITHOUT_AGE[status] ?? status);
  if (!rest.every((status) => accepted.includes(status))) return undefined;
  const date = attempt(() => fromIso(tcb.date, 'tcbDate'));
  return 'value' in date ? date.value + graceDays * DAY : undefined;
}

const WITHOUT_AGE: Readonly<Record<string, string>> = {
  OutOfDate: 'UpToDate',
  OutOfDateConfigurationNeeded: 'ConfigurationNeeded',
};

function appraiseAdvisories(tcb: Tcb, { advisories }: TcbPolicy, checks: Checklist): void {
  if (advisories === undefined) return;
  const { allow, deny } = advisories;
  const refused = tcb.advisories.filter(
    ({ id }) => deny?.includes(id) === true || (allow !== undefined && !allow.includes(id)),
  );
  const show = (list: Tcb['advisories']) => list.map(({ id, source }) => `${id} (${source})`).join(', ') || 'none';
  const expected = [allow && `only ${allow.join(', ') || 'none'}`, deny && `none of ${deny.join(', ')}`];
  checks.test('tcb.advisories', refused.length === 0, {
    expected: expected.filter((part) => part !== undefined).join('; '),
    actual: show(refused.length > 0 ? refused : tcb.advisories),
  });
}

/** Intel's name of the result: `OutOfDate` is `STATUS_TCB_OUT_OF_DATE`. */
function intelStatusOf(status: string): string {
  const words = status.match(/SW|TD|[A-Z][a-z]+/g) ?? [];
  return `STATUS_TCB_${words.join('_').toUpperCase()}`;
}

function remedyOf(status: string): { readonly remedy?: string } {
  if (status.startsWith('OutOfDate')) return {};
  if (status.startsWith('TDRelaunch')) {
    return { remedy: 'Start the virtual machine again: the TDX module was updated since; or accept the status.' };
  }
  if (status === 'SWHardeningNeeded') {
    return {
      remedy: 'Check that the workload is built with the mitigations of the advisories, then accept the status.',
    };
  }
  return {
    remedy: 'Change the firmware settings that the advisories name (hyper-threading, for one), or accept the status.',
  };
}
