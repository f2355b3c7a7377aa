import type { Subject } from '../binding/subject.ts';
import type { RawEndorsements } from '../endorsements/raw.ts';
import { AssayError } from '../errors.ts';
import type { Envelope } from '../evidence/envelope.ts';
import type { Policy } from '../policy/policy.ts';
import { Checklist } from '../verdict/checklist.ts';
import { explain } from '../verdict/explain.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { type Bundle, verdictDigest } from './bundle.ts';
import { bundleChecks } from './checks.ts';
import { bundleExplanations } from './explanations.ts';

/** The options that a record says were given to `verify`. */
export interface RecordedOptions {
  readonly policy: Policy;
  readonly now: Date;
  readonly clockSkewSeconds: number;
  readonly allowSimulated: boolean;
  readonly roots: readonly Uint8Array[];
  readonly nonce: Uint8Array | undefined;
  readonly subject: Subject | undefined;
  /** The bundle's: its maker judged by them. Among them may be keys that only the one who gives them vouches for. */
  readonly endorsements: RawEndorsements | undefined;
}

/** What came of judging a bundle as its record says. */
export interface Replay {
  /** True when the verdict is, byte for byte, the one on record. */
  readonly reproduces: boolean;
  /** Always: a bundle cannot choose the policy it is trusted by. */
  readonly trusted: false;
  /** SHA-256 of the verdict on record, and of the one found; null when the record cannot be replayed. */
  readonly recorded: string;
  readonly found: string | null;
  /** Why the record cannot be replayed. */
  readonly reason: string | null;
  /** The verdict found, marked as resting on the record; never trusted. */
  readonly verdict: Verdict | null;
}

/**
 * Judges a bundle by its own record, which proves that the record is right and nothing else.
 *
 * @example
 * await replayBundle(bundle, (evidence, recorded) => verify(evidence, { tees: [sgx, tdx], ...recorded }));
 */
export async function replayBundle(
  { evidence, record }: Bundle,
  judge: (evidence: Envelope, recorded: RecordedOptions) => Promise<Verdict>,
): Promise<Replay> {
  const { verdictDigest: recorded, instant, clockSkewSeconds, allowSimulated, roots, nonce, subject } = record;
  const options = {
    // Whether it is a policy is for the judge to find out.
    policy: record.policy as Policy,
    now: new Date(instant * 1000),
    clockSkewSeconds,
    allowSimulated,
    roots,
    nonce: nonce ?? undefined,
    subject: subject ?? undefined,
    endorsements: evidence.endorsements,
  };
  try {
    const verdict = await judge(evidence, options);
    const found = await verdictDigest(verdict);
    const common = { trusted: false, recorded, found, reason: null } as const;
    return { ...common, reproduces: found === recorded, verdict: untrusted(verdict) };
  } catch (error) {
    // The record is hostile input, though `verify` sees a mistake of its caller.
    if (!(error instanceof AssayError)) throw error;
    return { reproduces: false, trusted: false, recorded, found: null, reason: error.message, verdict: null };
  }
}

function untrusted(verdict: Verdict): Verdict {
  const checks = new Checklist(bundleChecks);
  checks.warn('bundle.recorded', { actual: "the record's" });
  const outcome = verdict.outcome === 'affirming' ? 'warning' : verdict.outcome;
  return {
    ...verdict,
    outcome,
    trusted: false,
    checks: [...verdict.checks, ...explain(checks.checks, bundleExplanations)],
  };
}
