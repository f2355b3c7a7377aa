import { bundleExplanations } from './bundle/explanations.ts';
import { confidentialSpaceExplanations } from './confidential-space/explanations.ts';
import { keyChainExplanations } from './dstack/explanations.ts';
import { sgxExplanations } from './sgx/explanations.ts';
import { sharedExplanations } from './shared-explanations.ts';
import { snpExplanations } from './snp/explanations.ts';
import { tdxExplanations } from './tdx/explanations.ts';
import type { Explanations } from './verdict/explain.ts';

export type { Explanation, Explanations } from './verdict/explain.ts';

/** What every check requires and what to do when it fails, by id: for tools that show verdicts to people. */
export const explanations: Explanations = {
  ...sharedExplanations,
  ...sgxExplanations,
  ...tdxExplanations,
  ...snpExplanations,
  ...confidentialSpaceExplanations,
  ...keyChainExplanations,
  ...bundleExplanations,
};
