import { dcapChecks } from '../dcap/checks.ts';
import { tcbChecks } from '../policy/checks.ts';
import type { Catalogue } from '../verdict/check.ts';

/** Every check of an SGX quote. */
export const sgxChecks = {
  ...dcapChecks,
  ...tcbChecks,
  'sgx.debug': {
    layer: 'platform',
    requires: 'The enclave is no debug enclave (ATTRIBUTES.DEBUG is 0), unless the policy allows it.',
    remedy: 'Build and sign the enclave for production; a debug enclave hides nothing from its host.',
  },
  'sgx.init': {
    layer: 'platform',
    requires: 'The enclave is initialised (ATTRIBUTES.INIT is 1).',
    remedy: 'Do not trust this evidence: no initialised enclave reports this.',
  },
} as const satisfies Catalogue;
