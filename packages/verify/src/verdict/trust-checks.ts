import type { Catalogue, CheckDefinition } from './check.ts';

const AUTHENTIC: CheckDefinition = { layer: 'authentic' };
const AUTHENTIC_BY_CALLER: CheckDefinition = { layer: 'authentic', authority: 'caller' };

/** Checks of what `verify` itself decides: which TEE it is, and whether a simulated anchor is welcome. */
export const trustChecks = {
  'evidence.recognised': AUTHENTIC,
  'endorsements.family': AUTHENTIC,
  'trust.simulated': AUTHENTIC_BY_CALLER,
} as const satisfies Catalogue;
