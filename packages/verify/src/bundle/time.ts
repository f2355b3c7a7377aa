import { secondsOf, toIso, type UnixSeconds } from '../codec/time.ts';
import { Checklist } from '../verdict/checklist.ts';
import { explain } from '../verdict/explain.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { type Bundle, bundleDigest } from './bundle.ts';
import { bundleChecks } from './checks.ts';
import { countersignedAt } from './countersignature.ts';
import { bundleExplanations } from './explanations.ts';
import { stampedAt } from './timestamp.ts';

/** Seconds after the instant judged within which the bundle must have been countersigned or time-stamped. */
export const MAX_LAG = 3600;

/** The time judged, and whose word for it the caller takes. */
export interface TimeTrust {
  /** The past instant that the verdict is about. */
  readonly at: Date;
  /** DER SubjectPublicKeyInfos of verifiers whose countersignatures count (P-256). */
  readonly keys?: readonly Uint8Array[] | undefined;
  /** DER certificates of time-stamping authorities, each the one that signs. */
  readonly timestampAuthorities?: readonly Uint8Array[] | undefined;
}

/**
 * The verdict with the check `bundle.time`: it passes when somebody the caller trusts had the bundle by the past instant
 * `at` (Unix seconds), an hour at most later, and warns otherwise, because what was valid then could have been made since.
 * Throws `usage` for a key or certificate of the caller that cannot sign or stamp.
 */
export async function withTime(verdict: Verdict, bundle: Bundle, trust: TimeTrust): Promise<Verdict> {
  const at = secondsOf(trust.at);
  const checks = new Checklist(bundleChecks);
  const expected = `until ${toIso(at + MAX_LAG)}`;
  const times = await provenTimes(bundle, trust);
  const earliest = times.toSorted((a, b) => a - b)[0];
  if (earliest === undefined) checks.warn('bundle.time', { expected, actual: 'no proof that the caller trusts' });
  else if (earliest > at + MAX_LAG) checks.warn('bundle.time', { expected, actual: toIso(earliest) });
  else checks.pass('bundle.time', { expected, actual: toIso(earliest) });
  return { ...verdict, checks: [...verdict.checks, ...explain(checks.checks, bundleExplanations)] };
}

async function provenTimes(bundle: Bundle, trust: TimeTrust): Promise<UnixSeconds[]> {
  const { keys = [], timestampAuthorities = [] } = trust;
  const digest = await bundleDigest(bundle);
  const times = [
    ...bundle.countersignatures.map((countersignature) => countersignedAt(countersignature, digest, keys)),
    ...bundle.timestamps.map((token) => stampedAt(token, digest, timestampAuthorities)),
  ];
  return (await Promise.all(times)).filter((time) => time !== undefined);
}
