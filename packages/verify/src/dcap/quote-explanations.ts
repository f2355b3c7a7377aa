import type { Explanations } from '../verdict/explain.ts';
import type { quoteChecks } from './checks.ts';
import { REMEDY } from './remedies.ts';

const NEW_QUOTE =
  'Get the quote again from the attester, unchanged; if it persists, its software is not one that Assay knows.';
const MACHINE = 'Replace or re-provision the machine: its quoting software cannot be trusted.';

/** What the checks of the quote itself mean, and what to do when they fail. */
export const quoteExplanations = {
  'dcap.quote.length': [
    'The quote is at least 1020 bytes long and at most 1 MiB.',
    NEW_QUOTE,
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.version': ['The quote version is 3, 4 or 5.', NEW_QUOTE, 'STATUS_UNSUPPORTED_QUOTE_FORMAT'],
  'dcap.quote.key-type': ['The attestation key is ECDSA P-256 (type 2).', NEW_QUOTE, 'STATUS_UNSUPPORTED_QUOTE_FORMAT'],
  'dcap.quote.tee-type': [
    'The TEE type is SGX (0) or TDX (0x81); version 3 is SGX only.',
    NEW_QUOTE,
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.vendor': ["The quoting enclave's vendor is Intel.", NEW_QUOTE, 'STATUS_UNSUPPORTED_QUOTE_FORMAT'],
  'dcap.quote.body': [
    'The body type is one of this TEE, with exactly its size.',
    NEW_QUOTE,
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.auth-data': [
    'All lengths inside the signature data are exact.',
    NEW_QUOTE,
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.certification': [
    'The certification data is of type 1 to 5 and well-formed.',
    NEW_QUOTE,
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.trailing': [
    'Nothing but zero bytes follows the signature data.',
    'Cut the bytes after the quote; they are not signed.',
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.attestation-key': [
    'The attestation key is a point on P-256.',
    REMEDY.distrust,
    'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  ],
  'dcap.quote.signature': [
    'The attestation key signed header and body.',
    REMEDY.distrust,
    'STATUS_INVALID_QUOTE_SIGNATURE',
  ],
  'dcap.qe-report.signature': [
    "The PCK key signed the quoting enclave's report.",
    REMEDY.distrust,
    'STATUS_INVALID_QE_REPORT_SIGNATURE',
  ],
  'dcap.qe-report.binding': [
    "The quoting enclave's report data is SHA-256(attestation key ‖ authentication data), then zeros.",
    REMEDY.distrust,
    'STATUS_INVALID_QE_REPORT_DATA',
  ],
  'dcap.qe.miscselect': [
    "The quoting enclave's MISCSELECT is that of Intel's identity.",
    MACHINE,
    'STATUS_QE_IDENTITY_MISMATCH',
  ],
  'dcap.qe.attributes': [
    "The quoting enclave's ATTRIBUTES are those of Intel's identity; DEBUG is off.",
    MACHINE,
    'STATUS_QE_IDENTITY_MISMATCH',
  ],
  'dcap.qe.mrsigner': [
    'The quoting enclave is signed by Intel: any other enclave could forge quotes.',
    REMEDY.distrust,
    'STATUS_QE_IDENTITY_MISMATCH',
  ],
  'dcap.qe.isvprodid': [
    "The quoting enclave's product id is that of Intel's identity.",
    REMEDY.distrust,
    'STATUS_QE_IDENTITY_MISMATCH',
  ],
  'dcap.qe.isvsvn': [
    "Intel's identity has a level for the quoting enclave's ISVSVN.",
    'Update the quoting enclave (DCAP packages) on the machine.',
    'STATUS_SGX_ENCLAVE_REPORT_ISVSVN_NOT_SUPPORTED',
  ],
} as const satisfies Explanations<keyof typeof quoteChecks>;
