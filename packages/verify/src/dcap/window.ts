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
  const isOff = ({ notBefore, notAfter }: Window): boolean =>
    clock.now + clock.skew < notBefore || clock.now - clock.skew > notAfter;
  for (const check of new Set(windows.map((window) => window.check))) {
    const off = windows.find((window) => window.check === check && isOff(window));
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
  const [first, ...rest] = windows;
  if (first === undefined) return null;
  let { notBefore, notAfter } = first;
  for (const window of rest) {
    notBefore = Math.max(notBefore, window.notBefore);
    notAfter = Math.min(notAfter, window.notAfter);
  }
  return { notBefore, notAfter };
}
