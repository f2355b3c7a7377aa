import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const AUTHENTIC: CheckDefinition = { layer: 'authentic' };

/** Checks of what evidence is wrapped in. */
export const evidenceChecks = {
  'evidence.form': AUTHENTIC,
} as const satisfies Catalogue;
