import { type Answer, assay } from './assay-process.ts';
import type { Case, Expectation } from './conformance-cases.ts';

/** A case that was run. `problem` is undefined when the answer is as expected. */
export interface Result {
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  readonly problem: string | undefined;
}

/** The part of a verdict that a case can ask for. */
interface Verdict {
  readonly tcb: { readonly status: string } | null;
  readonly checks: readonly { readonly id: string; readonly outcome: string; readonly intelStatus?: string }[];
}

/** Runs cases, each in a process of its own, two at a time. */
export async function runCases(cases: readonly Case[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = [...cases.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await runCase(next[1]);
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function runCase({ name, args, expected }: Case): Promise<Result> {
  const answer = await assay(args);
  const verdict = verdictOf(answer);
  const problem = verdict === undefined ? 'no verdict on standard output' : problemOf(expected, answer, verdict);
  return { name, expected: wordsFor(expected), got: `exit ${answer.exit} ${verdict ? summary(verdict) : ''}`, problem };
}

/** The one document on standard output; undefined for anything else. */
function verdictOf({ output }: Answer): Verdict | undefined {
  try {
    const document = JSON.parse(output);
    return document.schema === 'assay.verdict/1' ? document : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(expected: Expectation, { exit }: Answer, { tcb, checks }: Verdict): string | undefined {
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  const ids = failed.map(({ id }) => id);
  if (exit !== expected.exit) return `exit ${exit} instead of ${expected.exit}`;
  if (expected.exit === 0) {
    const agrees = expected.tcbStatus === undefined || tcb?.status === expected.tcbStatus;
    return agrees ? undefined : `TCB status ${tcb?.status} instead of ${expected.tcbStatus}`;
  }
  const { check, intelStatus, only } = expected;
  if (failed.length === 0) return 'refused without a failing check';
  if (check !== undefined && !ids.includes(check)) return `${check} did not fail`;
  if (intelStatus !== undefined && !failed.some((one) => one.intelStatus === intelStatus)) return `no ${intelStatus}`;
  const others = only === undefined ? [] : ids.filter((id) => !only.includes(id));
  return others.length > 0 ? `${others.join(', ')} failed too` : undefined;
}

function wordsFor(expected: Expectation): string {
  if (expected.exit === 0) return `exit 0 ${expected.tcbStatus ?? 'genuine'}`;
  const { check, intelStatus, only } = expected;
  const reason = intelStatus ?? check ?? (only === undefined ? 'refused' : `only ${only.join(', ')}`);
  return `exit 1 ${reason}`;
}

function summary({ tcb, checks }: Verdict): string {
  const failed = checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
  const shown = failed.length > 3 ? [...failed.slice(0, 3), `${failed.length - 3} more`] : failed;
  return failed.length === 0 ? (tcb?.status ?? 'genuine') : shown.join(', ');
}
