import type { Explanations } from '../verdict/explain.ts';
import type { rollbackChecks } from './checks.ts';

/** What the check against the rollback memory means, and what to do when it fails. */
export const rollbackExplanations = {
  'endorsements.rollback': [
    'No endorsement is older than one of its kind that was accepted here before.',
    'Fetch the endorsements again: somebody offers old ones, which hide what was revoked or found since.',
  ],
} as const satisfies Explanations<keyof typeof rollbackChecks>;
