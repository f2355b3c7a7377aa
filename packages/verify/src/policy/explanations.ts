import type { Explanations } from '../verdict/explain.ts';
import type { collateralAgeChecks, identityChecks, tcbChecks } from './checks.ts';

/** What the checks of the same name mean, and what to do when they fail. */
export const collateralAgeExplanations = {
  'collateral.age': [
    'Every endorsement was issued within the last `tcb.maxCollateralAgeDays`.',
    'Fetch the collateral again; when it is the newest there is, allow a greater age.',
  ],
} as const satisfies Explanations<keyof typeof collateralAgeChecks>;

/** What the checks of the same name mean, and what to do when they fail. */
export const tcbExplanations = {
  ...collateralAgeExplanations,
  'tcb.status': [
    'The TCB status is UpToDate, or one that the policy accepts. Revoked is never accepted.',
    'Update firmware and microcode of the machine, or accept the status in `tcb.accept`.',
  ],
  'tcb.evaluation-number': [
    'TCB info and QE identity have at least the `tcb.minEvaluationDataNumber`.',
    'Fetch newer collateral (`update=early` gives the newest), or lower the number.',
  ],
  'tcb.advisories': [
    'No advisory applies that `tcb.advisories` denies or does not allow.',
    'Mitigate the advisories on the machine, or allow them in the policy.',
  ],
} as const satisfies Explanations<keyof typeof tcbChecks>;

/** What the checks of the same name mean, and what to do when they fail. */
export const identityExplanations = {
  'identity.release': [
    "All measurements of one of the policy's releases hold together.",
    'Find out what runs there: deploy a known release, or add this one to `releases` once you know its source.',
  ],
  'identity.platform': [
    "Each id that the policy's `platforms` names is one of its list.",
    'Use an allowed machine, or add this one to `platforms`.',
  ],
} as const satisfies Explanations<keyof typeof identityChecks>;
