import type { CheckDefinition } from '../verdict/check.ts';

/** What most checks of Intel's evidence are: whether it is genuine, on Intel's word. */
export const INTEL: CheckDefinition = { layer: 'authentic', authority: 'intel' };
