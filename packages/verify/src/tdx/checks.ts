import { dcapChecks } from '../dcap/checks.ts';
import { INTEL } from '../dcap/intel-checks.ts';
import { tcbChecks } from '../policy/checks.ts';
import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const PLATFORM: CheckDefinition = { layer: 'platform' };

/** Every check of a TDX quote. */
export const tdxChecks = {
  ...dcapChecks,
  ...tcbChecks,
  'tdx.module.identity': INTEL,
  'tdx.module.signer': INTEL,
  'tdx.module.attributes': INTEL,
  'tdx.debug': PLATFORM,
  'tdx.attributes': PLATFORM,
  'tdx.sept-ve-disable': PLATFORM,
  'tdx.migratable': PLATFORM,
  'tdx.service-td': PLATFORM,
} as const satisfies Catalogue;
