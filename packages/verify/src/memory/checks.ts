import type { Catalogue } from '../verdict/check.ts';

/** The check that uses the rollback memory. */
export const rollbackChecks = {
  'endorsements.rollback': {
    layer: 'platform',
    authority: 'caller',
    requires: 'No endorsement is older than one of its kind that was accepted here before.',
    remedy: 'Fetch the endorsements again: somebody offers old ones, which hide what was revoked or found since.',
  },
} as const satisfies Catalogue;
