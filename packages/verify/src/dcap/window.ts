import { toIso, type UnixSeconds } from '../codec/time.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';

/** The time during which a document or certificate may be used. Judged anew on each use of a handle. */
export interface Window {
  /** The check that fails outside of it. */
  readonly check: string;
  readonly what: string;
  readonly notBefore: UnixSeconds;
  readonly notAfter: UnixSeconds;
}

/** Judges windows at an instant; windows of one check fail or pass together, named by the first that is off. */
export function checkWindows(windows: readonly Window[], clock: Clock, checks: Checklist): void {
  const byCheck = new Map<string, Window[]>();
  for (const window of windows) byCheck.set(window.check, [...(byCheck.get(window.check) ?? []), window]);
  for (const [check, members] of byCheck) {
    const off = members.find(
      ({ notBefore, notAfter }) => clock.now + clock.skew < notBefore || clock.now - clock.skew > notAfter,
    );
    if (off === undefined) checks.pass(check);
    else
      checks.fail(check, {
        expected: `${off.what}: ${toIso(off.notBefore)} to ${toIso(off.notAfter)}`,
        actual: toIso(clock.now),
      });
  }
}

/** When all windows are open at once; null when there is none. */
export function intersection(windows: readonly Window[]): { notBefore: UnixSeconds; notAfter: UnixSeconds } | null {
  if (windows.length === 0) return null;
  return {
    notBefore: Math.max(...windows.map(({ notBefore }) => notBefore)),
    notAfter: Math.min(...windows.map(({ notAfter }) => notAfter)),
  };
}
