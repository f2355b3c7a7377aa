import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const PLATFORM: CheckDefinition = { layer: 'platform', authority: 'caller' };

/** The check that uses the rollback memory. */
export const rollbackChecks = {
  'endorsements.rollback': PLATFORM,
} as const satisfies Catalogue;
