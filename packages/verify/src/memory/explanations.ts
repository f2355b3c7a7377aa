import type { Explanations } from '../verdict/explain.ts';
import type { rollbackChecks } from './checks.ts';

/** The check that uses the rollback memory. */
export const rollbackExplanations = {
  'endorsements.rollback': [
    'No endorsement is older than one of its kind that was accepted here before.',
    'Fetch the endorsements again: somebody offers old ones, which hide what was revoked or found since.',
  ],
} as const satisfies Explanations<keyof typeof rollbackChecks>;
