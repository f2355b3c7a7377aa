import type { Catalogue } from '../verdict/check.ts';
import { intel, REMEDY } from './check-definition.ts';

/** Checks of the PCK certificate and of the TCB level. */
export const platformChecks = {
  'dcap.pck.present': intel(
    'STATUS_SGX_PCK_MISSING',
    'The quote carries a PCK certificate chain, or the caller gave it.',
    'Give the PCK certificate chain with the collateral (`pckCert.pem`, `pckSignChain.pem`).',
  ),
  'dcap.pck.chain': intel(
    'STATUS_UNSUPPORTED_CERT_FORMAT',
    'The PCK chain is exactly PCK certificate, PCK CA and root, each well-formed.',
    REMEDY.otherChain,
  ),
  'dcap.pck.form': intel('STATUS_SGX_PCK_INVALID_EXTENSIONS', 'The PCK certificate has its form.', REMEDY.otherChain),
  'dcap.pck.extension': intel(
    'STATUS_INVALID_PCK_CERT',
    'The SGX extension of the PCK certificate is complete and well-formed.',
    REMEDY.otherChain,
  ),
  'dcap.pck.svn-range': intel(
    'STATUS_INVALID_PCK_CERT',
    'Every component SVN of the PCK certificate is 0 to 255.',
    REMEDY.otherChain,
  ),
  'dcap.pck.issuer': intel(
    'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
    "The quote's chain ends in the root that anchors the collateral.",
    REMEDY.otherChain,
  ),
  'dcap.pck.ca-form': intel(
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS',
    "The CA certificate in the quote's chain has its form.",
    REMEDY.otherChain,
  ),
  'dcap.pck.ca-signature': intel(
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER',
    "The CA certificate in the quote's chain is signed by the root.",
    REMEDY.otherChain,
  ),
  'dcap.pck.ca-revoked': intel(
    'STATUS_SGX_INTERMEDIATE_CA_REVOKED',
    "The CA certificate in the quote's chain is not revoked.",
    'Do not trust this machine: Intel revoked its CA.',
  ),
  'dcap.pck.signature': intel(
    'STATUS_SGX_PCK_INVALID_ISSUER',
    'The PCK certificate is signed by the PCK CA.',
    REMEDY.distrust,
  ),
  'dcap.pck.validity': intel(
    'STATUS_SGX_PCK_CERT_CHAIN_EXPIRED',
    'The PCK chain is within its validity.',
    'Re-provision the machine so that it gets a current PCK certificate.',
  ),
  'dcap.pck.crl-issuer': intel(
    'STATUS_INVALID_PCK_CRL',
    "The PCK CRL is that of the PCK certificate's own CA.",
    REMEDY.fetch,
  ),
  'dcap.pck.revoked': intel(
    'STATUS_SGX_PCK_REVOKED',
    'The PCK certificate is not revoked.',
    'Do not trust this machine: Intel revoked its key.',
  ),
  'dcap.pck.matches-quote': intel(
    'STATUS_INVALID_PCK_CERT',
    'A PCK certificate given by the caller has the PCEID, CPUSVN and PCESVN that the quote states.',
    "Give the PCK certificate of this machine's TCB (PCS `pckcert` for the quote's PPID, CPUSVN, PCESVN and PCEID).",
  ),
  'dcap.tcb.level': intel(
    'STATUS_TCB_NOT_SUPPORTED',
    "The TCB info has a level for the platform's SVNs.",
    "Update the machine's BIOS and microcode; or the TCB info is older than the machine: fetch it again.",
  ),
  'dcap.tcb.module-level': intel(
    'STATUS_TCB_NOT_SUPPORTED',
    "The TCB info has a level for the TDX module's SVN.",
    'Update the TDX module (BIOS or SEAM loader) on the machine.',
  ),
  'dcap.tcb.current-level': intel(
    'STATUS_TCB_NOT_SUPPORTED',
    'The TCB info has a level for the current SVNs of the module (TEE_TCB_SVN_2).',
    'Update the TDX module on the machine.',
  ),
} as const satisfies Catalogue;
