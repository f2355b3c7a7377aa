import {
  AssayError,
  authenticate,
  type Endorsements,
  type Evidence,
  type Policy,
  type RawEndorsements,
  type Tee,
  type Verdict,
  verify,
} from '@assay/verify';
import type { Subject } from '@assay/verify/binding';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { malformedEvidence } from '@assay/verify/evidence';
import type { RollbackMemory } from '@assay/verify/memory';
import { sgx } from '@assay/verify/sgx';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';
import type { GivenEvidence } from './given-evidence.ts';
import { createEndorsementHandles } from './handles.ts';

/** Whom a verifier trusts, and where its endorsements come from. */
export interface JudgeOptions {
  readonly clock: () => Date;
  readonly memory: RollbackMemory;
  /** DER of root certificates that the operator vouches for; what they anchor is simulated. Default: none. */
  readonly roots?: readonly Uint8Array[] | undefined;
  /** Whether simulated evidence may be trusted. Default false. */
  readonly allowSimulated?: boolean | undefined;
  /**
   * The service's own endorsements for evidence; the same object as long as they are the same. Undefined where none
   * are needed, or nobody has them: then what came with the evidence is used. Throws `unavailable` while they cannot be
   * had: then that is used, too, and evidence that came without gets no verdict. It bounds its own time.
   */
  readonly endorsementsFor?: ((evidence: Evidence) => Promise<RawEndorsements | undefined>) | undefined;
}

/** What evidence is held against. */
export interface Expectations {
  readonly policy: Policy;
  readonly nonce?: Uint8Array | undefined;
  readonly subject?: Subject | undefined;
}

/** Judges evidence under a policy, or only as to whether it is genuine. */
export interface Judge {
  readonly verdictOn: (given: GivenEvidence, expected: Expectations) => Promise<Verdict>;
  readonly genuine: (given: GivenEvidence) => Promise<Verdict>;
}

/** Every TEE that the service knows. */
export const TEES: readonly Tee[] = [sgx, tdx, snp, confidentialSpace];

/** Seconds by which vendors' clocks may differ. */
const CLOCK_SKEW = 60;

/** Makes a judge. */
export function createJudge({
  clock,
  memory,
  roots = [],
  allowSimulated = false,
  endorsementsFor,
}: JudgeOptions): Judge {
  const handles = createEndorsementHandles(roots);
  const ownOf = async (evidence: Evidence): Promise<RawEndorsements | undefined> => {
    try {
      return await endorsementsFor?.(evidence);
    } catch (error) {
      const isAway = error instanceof AssayError && error.code === 'unavailable';
      if (isAway && evidence.endorsements !== undefined) return undefined;
      throw error;
    }
  };
  const endorsementsOf = async (evidence: Evidence): Promise<Endorsements | undefined> => {
    const tee = TEES.find((candidate) => candidate.recognises(evidence.evidence));
    if (tee === undefined) return undefined;
    const own = await ownOf(evidence);
    if (own !== undefined) return handles.own(own, tee);
    return evidence.endorsements && handles.stapled(evidence.endorsements, tee);
  };
  const trust = async (evidence: Evidence) => ({
    tees: TEES,
    now: clock(),
    clockSkewSeconds: CLOCK_SKEW,
    roots,
    allowSimulated,
    endorsements: await endorsementsOf(evidence),
  });
  return {
    verdictOn: async (given, expected) => {
      if ('malformed' in given) return malformedEvidence(given.malformed);
      return verify(given, { ...(await trust(given)), ...expected, memory });
    },
    genuine: async (given) => {
      if ('malformed' in given) return malformedEvidence(given.malformed);
      return authenticate(given, await trust(given));
    },
  };
}
