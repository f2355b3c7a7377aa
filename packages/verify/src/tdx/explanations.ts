import { dcapExplanations } from '../dcap/explanations.ts';
import { tcbExplanations } from '../policy/explanations.ts';
import type { Explanations } from '../verdict/explain.ts';
import type { tdxChecks } from './checks.ts';

const FORGED = 'Do not trust this evidence: it does not come from a TDX module of Intel.';
const TD = 'Change the TD configuration of the virtual machine, or say in the policy (`tdx`) that you accept it.';

/** What the checks of a TDX quote mean, and what to do when they fail. */
export const tdxExplanations = {
  ...dcapExplanations,
  ...tcbExplanations,
  'tdx.module.identity': [
    "The TCB info has an identity for the module's version (TEE_TCB_SVN[1]).",
    'Fetch the TCB info again; if it persists, the machine runs a module that Intel does not know.',
    'STATUS_TDX_MODULE_MISMATCH',
  ],
  'tdx.module.signer': ["MRSIGNERSEAM is the signer of Intel's module.", FORGED, 'STATUS_TDX_MODULE_MISMATCH'],
  'tdx.module.attributes': ['SEAMATTRIBUTES are zero and those of the identity.', FORGED, 'STATUS_TDX_MODULE_MISMATCH'],
  'tdx.debug': [
    'The TD is no debug TD (TDATTRIBUTES.TUD is 0), unless the policy allows it.',
    'Start the virtual machine without TD debug; its memory is open to the host.',
  ],
  'tdx.attributes': [
    'TDATTRIBUTES and XFAM have no unknown bits, and XFAM its fixed ones.',
    'Do not rely on this TD: it has properties that Assay does not know.',
  ],
  'tdx.sept-ve-disable': ['SEPT_VE_DISABLE is on: the host cannot inject exceptions by unmapping memory.', TD],
  'tdx.migratable': ['The TD cannot be migrated, unless the policy allows it.', TD],
  'tdx.service-td': ['No service TD is bound, or one that the policy lists (MRSERVICETD).', TD],
} as const satisfies Explanations<keyof typeof tdxChecks>;
