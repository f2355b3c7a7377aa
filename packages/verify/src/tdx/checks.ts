import { dcapChecks } from '../dcap/checks.ts';
import { tcbChecks } from '../policy/checks.ts';
import type { Catalogue } from '../verdict/check.ts';

const FORGED = 'Do not trust this evidence: it does not come from a TDX module of Intel.';
const TD = 'Change the TD configuration of the virtual machine, or say in the policy (`tdx`) that you accept it.';

/** Every check of a TDX quote. */
export const tdxChecks = {
  ...dcapChecks,
  ...tcbChecks,
  'tdx.module.identity': {
    layer: 'authentic',
    authority: 'intel',
    intelStatus: 'STATUS_TDX_MODULE_MISMATCH',
    requires: "The TCB info has an identity for the module's version (TEE_TCB_SVN[1]).",
    remedy: 'Fetch the TCB info again; if it persists, the machine runs a module that Intel does not know.',
  },
  'tdx.module.signer': {
    layer: 'authentic',
    authority: 'intel',
    intelStatus: 'STATUS_TDX_MODULE_MISMATCH',
    requires: "MRSIGNERSEAM is the signer of Intel's module.",
    remedy: FORGED,
  },
  'tdx.module.attributes': {
    layer: 'authentic',
    authority: 'intel',
    intelStatus: 'STATUS_TDX_MODULE_MISMATCH',
    requires: 'SEAMATTRIBUTES are zero and those of the identity.',
    remedy: FORGED,
  },
  'tdx.debug': {
    layer: 'platform',
    requires: 'The TD is no debug TD (TDATTRIBUTES.TUD is 0), unless the policy allows it.',
    remedy: 'Start the virtual machine without TD debug; its memory is open to the host.',
  },
  'tdx.attributes': {
    layer: 'platform',
    requires: 'TDATTRIBUTES and XFAM have no unknown bits, and XFAM its fixed ones.',
    remedy: 'Do not rely on this TD: it has properties that Assay does not know.',
  },
  'tdx.sept-ve-disable': {
    layer: 'platform',
    requires: 'SEPT_VE_DISABLE is on: the host cannot inject exceptions by unmapping memory.',
    remedy: TD,
  },
  'tdx.migratable': {
    layer: 'platform',
    requires: 'The TD cannot be migrated, unless the policy allows it.',
    remedy: TD,
  },
  'tdx.service-td': {
    layer: 'platform',
    requires: 'No service TD is bound, or one that the policy lists (MRSERVICETD).',
    remedy: TD,
  },
} as const satisfies Catalogue;
