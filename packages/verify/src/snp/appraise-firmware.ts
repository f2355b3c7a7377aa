import type { SnpPolicy, SnpTcbMinima } from '../policy/snp.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { SnpAuthenticated } from './authenticate.ts';
import { showVersion } from './claims.ts';
import type { ProductLine } from './product.ts';
import type { FirmwareVersion, SnpReport } from './report.ts';
import { showTcb, type TcbComponent, tcbAtMost, tcbComponent } from './tcb.ts';

/** Judges firmware and TCB versions: committed ones, and the policy's minima. */
export function appraiseFirmware({ report, line }: SnpAuthenticated, policy: SnpPolicy, checks: Checklist): void {
  appraiseCommitted(report, line, policy, checks);
  appraiseMinimum('snp.tcb.minimum', report.reportedTcb, line, policy.minimumReportedTcb, checks);
  if (policy.minimumLaunchTcb !== undefined) {
    appraiseMinimum('snp.tcb.minimum-launch', report.launchTcb, line, policy.minimumLaunchTcb, checks);
  }
  const { minimumBuild, minimumApiVersion } = policy;
  // The committed firmware is what the host cannot go back behind.
  const { major, minor, build } = report.committed;
  if (minimumBuild !== undefined) {
    checks.test('snp.firmware.minimum-build', build >= minimumBuild, {
      expected: `${minimumBuild} or more`,
      actual: `${build}`,
    });
  }
  if (minimumApiVersion !== undefined) {
    checks.test('snp.firmware.minimum-api', reaches([major, minor], minimumApiVersion), {
      expected: `${minimumApiVersion} or more`,
      actual: `${major}.${minor}`,
    });
  }
}

/** Until firmware is committed the host may put back what ran before. */
function appraiseCommitted(
  report: SnpReport,
  line: ProductLine | undefined,
  { provisionalFirmware }: SnpPolicy,
  checks: Checklist,
): void {
  const { current, committed, currentTcb, committedTcb } = report;
  const behind = tcbAtMost(committedTcb, currentTcb);
  const same = behind && tcbAtMost(currentTcb, committedTcb);
  const show = (tcb: Uint8Array): string => (line === undefined ? 'of an uncertain product' : showTcb(tcb, line));
  const lenient = provisionalFirmware === 'allow';
  checks.test('snp.tcb.committed', lenient ? behind : same, {
    expected: `${lenient ? 'at most ' : ''}${show(currentTcb)}`,
    actual: show(committedTcb),
  });
  const order = compare(committed, current);
  checks.test('snp.firmware.committed', order === 0 || (lenient && order < 0), {
    expected: `${lenient ? 'at most ' : ''}${showVersion(current)}`,
    actual: showVersion(committed),
  });
}

function compare(a: FirmwareVersion, b: FirmwareVersion): number {
  return a.major - b.major || a.minor - b.minor || a.build - b.build;
}

const COMPONENTS = ['fmc', 'bootLoader', 'tee', 'snp', 'microcode'] as const satisfies readonly TcbComponent[];

function appraiseMinimum(
  id: string,
  tcb: Uint8Array,
  line: ProductLine | undefined,
  minima: SnpTcbMinima | undefined,
  checks: Checklist,
): void {
  if (line === undefined) {
    checks.skip(id, 'the product is not certain');
    return;
  }
  const actual = showTcb(tcb, line);
  if (minima === undefined) {
    checks.warn(id, { expected: 'a minimum in the policy', actual });
    return;
  }
  const wanted = COMPONENTS.flatMap((component) => {
    const least = Math.max(minima[component] ?? -1, minima[line]?.[component] ?? -1);
    const found = tcbComponent(tcb, line, component);
    // Only Turin has an FMC: a minimum for it says nothing about other lines.
    return least < 0 || found === undefined ? [] : [{ component, least, holds: found >= least }];
  });
  checks.test(id, wanted.length > 0 && wanted.every(({ holds }) => holds), {
    expected: wanted.map(({ component, least }) => `${component} ${least}`).join(', ') || `a minimum for ${line}`,
    actual,
  });
}

/** True when `major.minor` is at least that of the policy, which `parsePolicy` has read. */
export function reaches([major, minor]: readonly [number, number], least: string): boolean {
  const [wantedMajor = Number.NaN, wantedMinor = Number.NaN] = least.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
