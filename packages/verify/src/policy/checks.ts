import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const PLATFORM_BY_CALLER: CheckDefinition = { layer: 'platform', authority: 'caller' };
const PLATFORM_BY_INTEL: CheckDefinition = { layer: 'platform', authority: 'intel' };
const IDENTITY: CheckDefinition = { layer: 'identity', authority: 'caller' };

/** The check of collateral age, for endorsements of every vendor. */
export const collateralAgeChecks = {
  'collateral.age': PLATFORM_BY_CALLER,
} as const satisfies Catalogue;

/** Checks of how current an Intel platform is, beside the age of its collateral. */
export const tcbChecks = {
  ...collateralAgeChecks,
  'tcb.status': PLATFORM_BY_INTEL,
  'tcb.evaluation-number': PLATFORM_BY_CALLER,
  'tcb.advisories': PLATFORM_BY_CALLER,
} as const satisfies Catalogue;

/** Checks of which workload, on which machine. */
export const identityChecks = {
  'identity.release': IDENTITY,
  'identity.platform': IDENTITY,
} as const satisfies Catalogue;
