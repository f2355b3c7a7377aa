import { dcapChecks } from '../dcap/checks.ts';
import { tcbChecks } from '../policy/checks.ts';
import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const PLATFORM: CheckDefinition = { layer: 'platform' };

/** Every check of an SGX quote. */
export const sgxChecks = {
  ...dcapChecks,
  ...tcbChecks,
  'sgx.debug': PLATFORM,
  'sgx.init': PLATFORM,
} as const satisfies Catalogue;
