import { dcapExplanations } from '../dcap/explanations.ts';
import { tcbExplanations } from '../policy/explanations.ts';
import type { Explanations } from '../verdict/explain.ts';
import type { sgxChecks } from './checks.ts';

/** What the checks of an SGX quote mean, and what to do when they fail. */
export const sgxExplanations = {
  ...dcapExplanations,
  ...tcbExplanations,
  'sgx.debug': [
    'The enclave is no debug enclave (ATTRIBUTES.DEBUG is 0), unless the policy allows it.',
    'Build and sign the enclave for production; a debug enclave hides nothing from its host.',
  ],
  'sgx.init': [
    'The enclave is initialised (ATTRIBUTES.INIT is 1).',
    'Do not trust this evidence: no initialised enclave reports this.',
  ],
} as const satisfies Explanations<keyof typeof sgxChecks>;
