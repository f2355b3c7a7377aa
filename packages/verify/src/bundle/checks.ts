import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const FRESH: CheckDefinition = { layer: 'fresh', authority: 'caller' };
const IDENTITY: CheckDefinition = { layer: 'identity', authority: 'caller' };

/** Checks of bundles. They warn and never fail: what a bundle's record says is not evidence. */
export const bundleChecks = {
  'bundle.time': FRESH,
  'bundle.recorded': IDENTITY,
} as const satisfies Catalogue;
