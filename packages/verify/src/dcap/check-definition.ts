import type { CheckDefinition } from '../verdict/check.ts';

/** A check of Intel's own. */
export const INTEL: CheckDefinition = { layer: 'authentic', authority: 'intel' };
