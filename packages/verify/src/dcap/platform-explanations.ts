import type { Explanations } from '../verdict/explain.ts';
import type { platformChecks } from './platform-checks.ts';
import { REMEDY } from './remedies.ts';

/** What the checks of the PCK certificate and TCB level mean, and what to do when they fail. */
export const platformExplanations = {
  'dcap.pck.present': [
    'The quote carries a PCK certificate chain, or the caller gave it.',
    'Give the PCK certificate chain with the collateral (`pckCert.pem`, `pckSignChain.pem`).',
    'STATUS_SGX_PCK_MISSING',
  ],
  'dcap.pck.chain': [
    'The PCK chain is exactly PCK certificate, PCK CA and root, each well-formed.',
    REMEDY.otherChain,
    'STATUS_UNSUPPORTED_CERT_FORMAT',
  ],
  'dcap.pck.form': ['The PCK certificate has its form.', REMEDY.otherChain, 'STATUS_SGX_PCK_INVALID_EXTENSIONS'],
  'dcap.pck.extension': [
    'The SGX extension of the PCK certificate is complete and well-formed.',
    REMEDY.otherChain,
    'STATUS_INVALID_PCK_CERT',
  ],
  'dcap.pck.svn-range': [
    'Every component SVN of the PCK certificate is 0 to 255.',
    REMEDY.otherChain,
    'STATUS_INVALID_PCK_CERT',
  ],
  'dcap.pck.issuer': [
    "The quote's chain ends in the root that anchors the collateral.",
    REMEDY.otherChain,
    'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
  ],
  'dcap.pck.ca-form': [
    "The CA certificate in the quote's chain has its form.",
    REMEDY.otherChain,
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS',
  ],
  'dcap.pck.ca-signature': [
    "The CA certificate in the quote's chain is signed by the root.",
    REMEDY.otherChain,
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER',
  ],
  'dcap.pck.ca-revoked': [
    "The CA certificate in the quote's chain is not revoked.",
    'Do not trust this machine: Intel revoked its CA.',
    'STATUS_SGX_INTERMEDIATE_CA_REVOKED',
  ],
  'dcap.pck.signature': [
    'The PCK certificate is signed by the PCK CA.',
    REMEDY.distrust,
    'STATUS_SGX_PCK_INVALID_ISSUER',
  ],
  'dcap.pck.validity': [
    'The PCK chain is within its validity.',
    'Re-provision the machine so that it gets a current PCK certificate.',
    'STATUS_SGX_PCK_CERT_CHAIN_EXPIRED',
  ],
  'dcap.pck.crl-issuer': [
    "The PCK CRL is that of the PCK certificate's own CA.",
    REMEDY.fetch,
    'STATUS_INVALID_PCK_CRL',
  ],
  'dcap.pck.revoked': [
    'The PCK certificate is not revoked.',
    'Do not trust this machine: Intel revoked its key.',
    'STATUS_SGX_PCK_REVOKED',
  ],
  'dcap.pck.matches-quote': [
    'A PCK certificate given by the caller has the PCEID, CPUSVN and PCESVN that the quote states.',
    "Give the PCK certificate of this machine's TCB (PCS `pckcert` for the quote's PPID, CPUSVN, PCESVN and PCEID).",
    'STATUS_INVALID_PCK_CERT',
  ],
  'dcap.tcb.level': [
    "The TCB info has a level for the platform's SVNs.",
    "Update the machine's BIOS and microcode; or the TCB info is older than the machine: fetch it again.",
    'STATUS_TCB_NOT_SUPPORTED',
  ],
  'dcap.tcb.module-level': [
    "The TCB info has a level for the TDX module's SVN.",
    'Update the TDX module (BIOS or SEAM loader) on the machine.',
    'STATUS_TCB_NOT_SUPPORTED',
  ],
  'dcap.tcb.current-level': [
    'The TCB info has a level for the current SVNs of the module (TEE_TCB_SVN_2).',
    'Update the TDX module on the machine.',
    'STATUS_TCB_NOT_SUPPORTED',
  ],
} as const satisfies Explanations<keyof typeof platformChecks>;
