import type { Explanations } from '../verdict/explain.ts';
import type { collateralChecks } from './collateral-checks.ts';
import { REMEDY } from './remedies.ts';

/** What the checks of the chains, lists and documents mean, and what to do when they fail. */
export const collateralExplanations = {
  'dcap.root.form': [
    'The root certificate has the form of the SGX Root CA.',
    REMEDY.fetch,
    'STATUS_SGX_ROOT_CA_INVALID_EXTENSIONS',
  ],
  'dcap.root.signature': [
    'The root certificate is signed by itself.',
    REMEDY.fetch,
    'STATUS_SGX_ROOT_CA_INVALID_ISSUER',
  ],
  'dcap.root.trusted': [
    "The root key is Intel's, or one that the caller vouches for.",
    REMEDY.otherChain,
    'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
  ],
  'dcap.tcb-signer.present': [
    'The collateral has the TCB signing chain: signer and root.',
    REMEDY.fetch,
    'STATUS_SGX_TCB_SIGNING_CERT_MISSING',
  ],
  'dcap.tcb-signer.form': [
    'The TCB signing certificate has its form.',
    REMEDY.fetch,
    'STATUS_SGX_TCB_SIGNING_CERT_INVALID_EXTENSIONS',
  ],
  'dcap.tcb-signer.trusted': [
    'The TCB signing chain ends in the trusted root.',
    REMEDY.fetch,
    'STATUS_SGX_TCB_SIGNING_CERT_CHAIN_UNTRUSTED',
  ],
  'dcap.tcb-signer.signature': [
    'The TCB signing certificate is signed by the root.',
    REMEDY.fetch,
    'STATUS_SGX_TCB_SIGNING_CERT_INVALID_ISSUER',
  ],
  'dcap.tcb-signer.validity': [
    'The TCB signing chain is within its validity.',
    REMEDY.fetch,
    'STATUS_SGX_SIGNING_CERT_CHAIN_EXPIRED',
  ],
  'dcap.tcb-signer.revoked': [
    'The TCB signing certificate is not revoked.',
    REMEDY.fetch,
    'STATUS_SGX_TCB_SIGNING_CERT_REVOKED',
  ],
  'dcap.pck-ca.present': [
    "The collateral has the PCK CRL's issuer chain: PCK CA and root.",
    REMEDY.fetch,
    'STATUS_SGX_INTERMEDIATE_CA_MISSING',
  ],
  'dcap.pck-ca.form': [
    'The PCK CA certificate has its form.',
    REMEDY.otherChain,
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS',
  ],
  'dcap.pck-ca.trusted': [
    "The PCK CRL's issuer chain ends in the trusted root.",
    REMEDY.fetch,
    'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
  ],
  'dcap.pck-ca.signature': [
    'The PCK CA certificate is signed by the root.',
    REMEDY.otherChain,
    'STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER',
  ],
  'dcap.pck-ca.validity': [
    "The PCK CRL's issuer chain is within its validity.",
    REMEDY.fetch,
    'STATUS_SGX_CRL_EXPIRED',
  ],
  'dcap.pck-ca.revoked': [
    'The PCK CA certificate is not revoked.',
    'Do not trust this machine: Intel revoked its CA.',
    'STATUS_SGX_INTERMEDIATE_CA_REVOKED',
  ],
  'dcap.root-crl.form': [
    "The collateral has the root CA's CRL, well-formed.",
    REMEDY.fetch,
    'STATUS_SGX_CRL_UNSUPPORTED_FORMAT',
  ],
  'dcap.root-crl.issuer': [
    'The root CRL names the root as its issuer, by name and key id.',
    REMEDY.fetch,
    'STATUS_SGX_CRL_UNKNOWN_ISSUER',
  ],
  'dcap.root-crl.extensions': [
    'The root CRL is a complete one, with number and key id.',
    REMEDY.fetch,
    'STATUS_SGX_CRL_INVALID_EXTENSIONS',
  ],
  'dcap.root-crl.signature': ['The root CRL is signed by the root.', REMEDY.fetch, 'STATUS_SGX_CRL_INVALID_SIGNATURE'],
  'dcap.root-crl.validity': ['The root CRL is current.', REMEDY.fetch, 'STATUS_SGX_CRL_EXPIRED'],
  'dcap.pck-crl.form': [
    "The collateral has the PCK CA's CRL, well-formed.",
    REMEDY.fetch,
    'STATUS_UNSUPPORTED_PCK_RL_FORMAT',
  ],
  'dcap.pck-crl.issuer': [
    'The PCK CRL names the CA of its issuer chain, by name and key id.',
    REMEDY.fetch,
    'STATUS_INVALID_PCK_CRL',
  ],
  'dcap.pck-crl.extensions': [
    'The PCK CRL is a complete one, with number and key id.',
    REMEDY.fetch,
    'STATUS_SGX_CRL_INVALID_EXTENSIONS',
  ],
  'dcap.pck-crl.signature': ['The PCK CRL is signed by the PCK CA.', REMEDY.fetch, 'STATUS_SGX_CRL_INVALID_SIGNATURE'],
  'dcap.pck-crl.validity': ['The PCK CRL is current.', REMEDY.fetch, 'STATUS_SGX_CRL_EXPIRED'],
  'dcap.tcb-info.form': [
    'The collateral has TCB info, well-formed (version 3; 2 for SGX).',
    REMEDY.fetch,
    'STATUS_SGX_TCB_INFO_UNSUPPORTED_FORMAT',
  ],
  'dcap.tcb-info.svn-range': [
    'Every component SVN of the TCB info is 0 to 255.',
    REMEDY.fetch,
    'STATUS_SGX_TCB_INFO_INVALID',
  ],
  'dcap.tcb-info.signature': [
    'The TCB signing key signed the TCB info as received.',
    REMEDY.fetch,
    'STATUS_TCB_INFO_INVALID_SIGNATURE',
  ],
  'dcap.tcb-info.validity': ['The TCB info is current.', REMEDY.fetch, 'STATUS_SGX_TCB_INFO_EXPIRED'],
  'dcap.tcb-info.tee': ["The TCB info is for the quote's TEE.", REMEDY.fetch, 'STATUS_TCB_INFO_MISMATCH'],
  'dcap.tcb-info.platform': [
    'The TCB info has the FMSPC and PCEID of the PCK certificate.',
    REMEDY.fetch,
    'STATUS_TCB_INFO_MISMATCH',
  ],
  'dcap.qe-identity.form': [
    'The collateral has a QE identity, well-formed.',
    REMEDY.fetch,
    'STATUS_UNSUPPORTED_QE_IDENTITY_FORMAT',
  ],
  'dcap.qe-identity.version': [
    'The QE identity has version 2.',
    REMEDY.fetch,
    'STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION',
  ],
  'dcap.qe-identity.signature': [
    'The TCB signing key signed the QE identity as received.',
    REMEDY.fetch,
    'STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE',
  ],
  'dcap.qe-identity.validity': ['The QE identity is current.', REMEDY.fetch, 'STATUS_SGX_ENCLAVE_IDENTITY_EXPIRED'],
  'dcap.qe-identity.tee': [
    "The QE identity is for the quote's TEE (QE for SGX, TD_QE for TDX).",
    REMEDY.fetch,
    'STATUS_QE_IDENTITY_MISMATCH',
  ],
} as const satisfies Explanations<keyof typeof collateralChecks>;
