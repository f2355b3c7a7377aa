import type { Check, TeeName, Verdict } from '@assay/verify';
import {
  ASPECT_CHECKS,
  ASPECT_VALUES,
  type Aspect,
  CLAIMED_ASPECTS,
  type ClaimedAspect,
  RECOGNISING,
  SIMULATED,
} from './aspects.ts';

/** A trustworthiness vector: no member, no claim. Never empty for evidence of a known TEE. */
export type TrustVector = Readonly<Partial<Record<Aspect, number>>>;

/** Ids of one machine; others, such as `product` or `zone`, are those of many. */
const OF_ONE_MACHINE = /(?:^|, )(?:ppid|platformInstanceId|chipId|instanceId)=/;

/** Plain SEV encrypts memory, but shows its host the registers at each exit: AR4SI's 32. */
const PLAIN_SEV = 32;

/**
 * What an authentic verdict says in the terms of AR4SI: each claim by the worst of the checks that it rests on
 * (`docs/ear.md`). Simulated evidence has hardware and memory that no policy makes trustworthy.
 */
export function trustVector({ tcb, checks, simulated }: Verdict, tee: TeeName): TrustVector {
  const vector: { -readonly [A in keyof TrustVector]: TrustVector[A] } = {};
  for (const aspect of CLAIMED_ASPECTS) {
    const ids = ASPECT_CHECKS[tee][aspect];
    const resting = checks.filter(({ id }) => ids.includes(id));
    const value = claimOf(aspect, resting);
    if (value !== undefined) vector[aspect] = value;
  }
  const { pass, warn } = ASPECT_VALUES.hardware;
  // A status that the policy accepts is Intel's word all the same.
  if (vector.hardware === pass && tcb !== null && tcb.status !== 'UpToDate') vector.hardware = warn;
  // A vector has a member at least; 0 claims nothing.
  return { ...vector, hardware: vector.hardware ?? 0, ...(simulated && SIMULATED) };
}

function claimOf(aspect: ClaimedAspect, checks: readonly Check[]): number | undefined {
  const { fail, warn, pass } = ASPECT_VALUES[aspect];
  if (checks.some(({ outcome }) => outcome === 'fail')) return fail;
  if (checks.some(({ outcome }) => outcome === 'warn')) return warn;
  const passed = checks.filter(({ outcome }) => outcome === 'pass');
  if (passed.length === 0) return undefined;
  switch (aspect) {
    case 'executables':
      return passed.some(({ id }) => RECOGNISING.includes(id)) ? pass : undefined;
    case 'instance-identity':
      return passed.some(({ actual = '' }) => OF_ONE_MACHINE.test(actual)) ? pass : undefined;
    case 'runtime-opaque':
      return passed.some(({ id, actual }) => id === 'cs.hwmodel' && actual === 'GCP_AMD_SEV') ? PLAIN_SEV : pass;
    case 'configuration':
    case 'hardware':
      return pass;
  }
}
