import { attributeScenarios } from './attributes.ts';
import { certificateScenarios } from './certificate.ts';
import { chainScenarios } from './chain.ts';
import { crlScenarios } from './crl.ts';
import { pckExtensionScenarios } from './pck-extension.ts';
import { quoteFormatScenarios } from './quote-format.ts';
import { quotingEnclaveScenarios } from './quoting-enclave.ts';
import type { Scenarios } from './scenario.ts';
import { signatureScenarios } from './signature.ts';
import { statusScenarios } from './status.ts';
import { tcbInfoScenarios } from './tcb-info.ts';
import { tdxModuleScenarios } from './tdx-module.ts';

/** Every verdict that a verifier of SGX and TDX quotes can reach, by name: `group.what-is-special`. */
export const intelScenarios: Scenarios = {
  ...statusScenarios,
  ...attributeScenarios,
  ...quoteFormatScenarios,
  ...certificateScenarios,
  ...chainScenarios,
  ...crlScenarios,
  ...pckExtensionScenarios,
  ...tcbInfoScenarios,
  ...tdxModuleScenarios,
  ...quotingEnclaveScenarios,
  ...signatureScenarios,
};
