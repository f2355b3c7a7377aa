import type { Catalogue } from '../verdict/check.ts';

/** The check of collateral age, for endorsements of every vendor. */
export const collateralAgeChecks = {
  'collateral.age': {
    layer: 'platform',
    authority: 'caller',
    requires: 'Every endorsement was issued within the last `tcb.maxCollateralAgeDays`.',
    remedy: 'Fetch the collateral again; when it is the newest there is, allow a greater age.',
  },
} as const satisfies Catalogue;

/** Checks of how current an Intel platform is, beside the age of its collateral. */
export const tcbChecks = {
  'tcb.status': {
    layer: 'platform',
    authority: 'intel',
    requires: 'The TCB status is UpToDate, or one that the policy accepts. Revoked is never accepted.',
    remedy: 'Update firmware and microcode of the machine, or accept the status in `tcb.accept`.',
  },
  'tcb.evaluation-number': {
    layer: 'platform',
    authority: 'caller',
    requires: 'TCB info and QE identity have at least the `tcb.minEvaluationDataNumber`.',
    remedy: 'Fetch newer collateral (`update=early` gives the newest), or lower the number.',
  },
  'tcb.advisories': {
    layer: 'platform',
    authority: 'caller',
    requires: 'No advisory applies that `tcb.advisories` denies or does not allow.',
    remedy: 'Mitigate the advisories on the machine, or allow them in the policy.',
  },
  ...collateralAgeChecks,
} as const satisfies Catalogue;

/** Checks of which workload, on which machine. */
export const identityChecks = {
  'identity.release': {
    layer: 'identity',
    authority: 'caller',
    requires: "All measurements of one of the policy's releases hold together.",
    remedy: 'Find out what runs there: deploy a known release, or add this one to `releases` once you know its source.',
  },
  'identity.launch': {
    layer: 'identity',
    authority: 'caller',
    requires: 'A release with run-time measurements also names the firmware that began them (`mrtd`).',
    remedy: 'Add `mrtd` to the release: other firmware could have extended any values into the registers.',
  },
  'identity.platform': {
    layer: 'identity',
    authority: 'caller',
    requires: "Each id that the policy's `platforms` names is one of its list.",
    remedy: 'Use an allowed machine, or add this one to `platforms`.',
  },
} as const satisfies Catalogue;
