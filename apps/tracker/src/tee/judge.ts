import { type Evidence, type Policy, type RawEndorsements, type Tee, type Verdict, verify } from '@assay/verify';
import type { RollbackMemory } from '@assay/verify/memory';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { TEE_LIMITS } from './limits.ts';
import type { PayloadProfile } from './report-data.ts';

/** Evidence, and what it must say. */
export interface PayloadQuestion {
  readonly evidence: Evidence;
  readonly profile: PayloadProfile;
  /** What was to be quoted. */
  readonly payload: Uint8Array;
  /** Where endorsements come from; the usual service if left out. */
  readonly from?: string | undefined;
}

/** What quotes of payloads are judged with. */
export interface PayloadJudgeOptions {
  /** Reference values, TCB statuses, age. How it is bound is the question's. */
  readonly policy: Policy;
  readonly clock: () => Date;
  readonly memory?: RollbackMemory | undefined;
  /** DER of root certificates that the operator vouches for: what they anchor is simulated. */
  readonly roots?: readonly Uint8Array[] | undefined;
  readonly allowSimulated?: boolean | undefined;
  /** Endorsements from a service; undefined where none came. It bounds its own time. */
  readonly endorsementsFor: (evidence: Evidence, from: string | undefined) => Promise<RawEndorsements | undefined>;
}

/** Judges quotes of payloads: the same quote as often as one likes. */
export type PayloadJudge = (question: PayloadQuestion) => Promise<Verdict>;

/** The TEEs whose quotes a tracker takes. */
export const QUOTED: readonly Tee[] = [tdx, sgx];

/** Seconds by which clocks may differ. */
const CLOCK_SKEW = 60;

/** Makes a judge. Throws `usage` on its first question where the policy is none. */
export function createPayloadJudge(options: PayloadJudgeOptions): PayloadJudge {
  const { policy, clock, memory, roots = [], allowSimulated = false, endorsementsFor } = options;
  const { freshness = { maxAgeSeconds: TEE_LIMITS.maxAgeSeconds } } = policy;
  return async ({ evidence, profile, payload, from }) => {
    const recognised = QUOTED.some((tee) => tee.recognises(evidence.evidence));
    const endorsements = recognised ? await endorsementsFor(evidence, from) : undefined;
    return verify(evidence, {
      tees: QUOTED,
      now: clock(),
      clockSkewSeconds: CLOCK_SKEW,
      policy: { ...policy, freshness, binding: { profile } },
      subject: { payload },
      roots,
      allowSimulated,
      ...(endorsements && { endorsements }),
      ...(memory && { memory }),
    });
  };
}

/** The checks that refused, in words. */
export function refusalOf({ checks }: Verdict): string {
  const troubled = checks.filter(({ outcome }) => outcome === 'fail');
  const named = troubled.length > 0 ? troubled : checks.filter(({ outcome }) => outcome === 'skip');
  return named.map(({ id, actual }) => (actual === undefined ? id : `${id} (${actual.slice(0, 200)})`)).join(', ');
}
