import type { Catalogue } from '../verdict/check.ts';
import { intel, REMEDY } from './check-definition.ts';

/** Checks of certificates, revocation lists and Intel's signed documents. */
export const collateralChecks = {
  'dcap.root.form': intel(
    'STATUS_SGX_ROOT_CA_INVALID_EXTENSIONS',
    'The root certificate has the form of the SGX Root CA.',
    REMEDY.fetch,
  ),
  'dcap.root.signature': intel(
    'STATUS_SGX_ROOT_CA_INVALID_ISSUER',
    'The root certificate is signed by itself.',
    REMEDY.fetch,
  ),
  'dcap.root.trusted': intel(
    'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
    "The root key is Intel's, or one that the caller vouches for.",
    REMEDY.otherChain,
  ),
  'dcap.tcb-signer.present': intel(
    'STATUS_SGX_TCB_SIGNING_CERT_MISSING',
    'The collateral has the TCB signing chain: signer and root.',
    REMEDY.fetch,
  ),
  'dcap.tcb-signer.form': intel(
    'STATUS_SGX_TCB_SIGNING_CERT_INVALID_EXTENSIONS',
    'The TCB signing certificate has its form.',
    REMEDY.fetch,
  ),
  'dcap.tcb-signer.trusted': intel(
    'STATUS_SGX_TCB_SIGNING_CERT_CHAIN_UNTRUSTED',
    'The TCB signing chain ends in the trusted root.',
    REMEDY.fetch,
  ),
  'dcap.tcb-signer.signature': intel(
    'STATUS_SGX_TCB_SIGNING_CERT_INVALID_ISSUER',
    'The TCB signing certificate is signed by the root.',
    REMEDY.fetch,
  ),
  'dcap.tcb-signer.validity': intel(
    'STATUS_SGX_SIGNING_CERT_CHAIN_EXPIRED',
    'The TCB signing chain is within its validity.',
    REMEDY.fetch,
  ),
  'dcap.tcb-signer.revoked': intel(
    'STATUS_SGX_TCB_SIGNING_CERT_REVOKED',
    'The TCB signing certificate is not revoked.',
    REMEDY.fetch,
  ),
  'dcap.pck-ca.present': intel(
    'STATUS_SGX_INTERMEDIATE_CA_MISSING',
    "The collateral has the PCK CRL's issuer chain: PCK CA and root.",
    REMEDY.fetch,
  ),
  'dcap.pck-ca.form': intel(
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS',
    'The PCK CA certificate has its form.',
    REMEDY.otherChain,
  ),
  'dcap.pck-ca.trusted': intel(
    'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
    "The PCK CRL's issuer chain ends in the trusted root.",
    REMEDY.fetch,
  ),
  'dcap.pck-ca.signature': intel(
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER',
    'The PCK CA certificate is signed by the root.',
    REMEDY.otherChain,
  ),
  'dcap.pck-ca.validity': intel(
    'STATUS_SGX_CRL_EXPIRED',
    "The PCK CRL's issuer chain is within its validity.",
    REMEDY.fetch,
  ),
  'dcap.pck-ca.revoked': intel(
    'STATUS_SGX_INTERMEDIATE_CA_REVOKED',
    'The PCK CA certificate is not revoked.',
    'Do not trust this machine: Intel revoked its CA.',
  ),
  'dcap.root-crl.form': intel(
    'STATUS_SGX_CRL_UNSUPPORTED_FORMAT',
    "The collateral has the root CA's CRL, well-formed.",
    REMEDY.fetch,
  ),
  'dcap.root-crl.issuer': intel(
    'STATUS_SGX_CRL_UNKNOWN_ISSUER',
    'The root CRL names the root as its issuer, by name and key id.',
    REMEDY.fetch,
  ),
  'dcap.root-crl.extensions': intel(
    'STATUS_SGX_CRL_INVALID_EXTENSIONS',
    'The root CRL is a complete one, with number and key id.',
    REMEDY.fetch,
  ),
  'dcap.root-crl.signature': intel(
    'STATUS_SGX_CRL_INVALID_SIGNATURE',
    'The root CRL is signed by the root.',
    REMEDY.fetch,
  ),
  'dcap.root-crl.validity': intel('STATUS_SGX_CRL_EXPIRED', 'The root CRL is current.', REMEDY.fetch),
  'dcap.pck-crl.form': intel(
    'STATUS_UNSUPPORTED_PCK_RL_FORMAT',
    "The collateral has the PCK CA's CRL, well-formed.",
    REMEDY.fetch,
  ),
  'dcap.pck-crl.issuer': intel(
    'STATUS_INVALID_PCK_CRL',
    'The PCK CRL names the CA of its issuer chain, by name and key id.',
    REMEDY.fetch,
  ),
  'dcap.pck-crl.extensions': intel(
    'STATUS_SGX_CRL_INVALID_EXTENSIONS',
    'The PCK CRL is a complete one, with number and key id.',
    REMEDY.fetch,
  ),
  'dcap.pck-crl.signature': intel(
    'STATUS_SGX_CRL_INVALID_SIGNATURE',
    'The PCK CRL is signed by the PCK CA.',
    REMEDY.fetch,
  ),
  'dcap.pck-crl.validity': intel('STATUS_SGX_CRL_EXPIRED', 'The PCK CRL is current.', REMEDY.fetch),
  'dcap.tcb-info.form': intel(
    'STATUS_SGX_TCB_INFO_UNSUPPORTED_FORMAT',
    'The collateral has TCB info, well-formed (version 3; 2 for SGX).',
    REMEDY.fetch,
  ),
  'dcap.tcb-info.svn-range': intel(
    'STATUS_SGX_TCB_INFO_INVALID',
    'Every component SVN of the TCB info is 0 to 255.',
    REMEDY.fetch,
  ),
  'dcap.tcb-info.signature': intel(
    'STATUS_TCB_INFO_INVALID_SIGNATURE',
    'The TCB signing key signed the TCB info as received.',
    REMEDY.fetch,
  ),
  'dcap.tcb-info.validity': intel('STATUS_SGX_TCB_INFO_EXPIRED', 'The TCB info is current.', REMEDY.fetch),
  'dcap.tcb-info.tee': intel('STATUS_TCB_INFO_MISMATCH', "The TCB info is for the quote's TEE.", REMEDY.fetch),
  'dcap.tcb-info.platform': intel(
    'STATUS_TCB_INFO_MISMATCH',
    'The TCB info has the FMSPC and PCEID of the PCK certificate.',
    REMEDY.fetch,
  ),
  'dcap.qe-identity.form': intel(
    'STATUS_UNSUPPORTED_QE_IDENTITY_FORMAT',
    'The collateral has a QE identity, well-formed.',
    REMEDY.fetch,
  ),
  'dcap.qe-identity.version': intel(
    'STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION',
    'The QE identity has version 2.',
    REMEDY.fetch,
  ),
  'dcap.qe-identity.signature': intel(
    'STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE',
    'The TCB signing key signed the QE identity as received.',
    REMEDY.fetch,
  ),
  'dcap.qe-identity.validity': intel(
    'STATUS_SGX_ENCLAVE_IDENTITY_EXPIRED',
    'The QE identity is current.',
    REMEDY.fetch,
  ),
  'dcap.qe-identity.tee': intel(
    'STATUS_QE_IDENTITY_MISMATCH',
    "The QE identity is for the quote's TEE (QE for SGX, TD_QE for TDX).",
    REMEDY.fetch,
  ),
} as const satisfies Catalogue;
