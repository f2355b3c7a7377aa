import type { Catalogue } from '../verdict/check.ts';
import { intel, REMEDY } from './check-definition.ts';
import { collateralChecks } from './collateral-checks.ts';
import { platformChecks } from './platform-checks.ts';

const FORM = 'STATUS_UNSUPPORTED_QUOTE_FORMAT';
const NEW_QUOTE =
  'Get the quote again from the attester, unchanged; if it persists, its software is not one that Assay knows.';
const MACHINE = 'Replace or re-provision the machine: its quoting software cannot be trusted.';

/** Checks of the quote itself: form, keys and signatures (Intel SGX/TDX DCAP quote, versions 3 to 5). */
export const quoteChecks = {
  'dcap.quote.length': intel(FORM, 'The quote is at least 1020 bytes long and at most 1 MiB.', NEW_QUOTE),
  'dcap.quote.version': intel(FORM, 'The quote version is 3, 4 or 5.', NEW_QUOTE),
  'dcap.quote.key-type': intel(FORM, 'The attestation key is ECDSA P-256 (type 2).', NEW_QUOTE),
  'dcap.quote.tee-type': intel(FORM, 'The TEE type is SGX (0) or TDX (0x81); version 3 is SGX only.', NEW_QUOTE),
  'dcap.quote.vendor': intel(FORM, "The quoting enclave's vendor is Intel.", NEW_QUOTE),
  'dcap.quote.body': intel(FORM, 'The body type is one of this TEE, with exactly its size.', NEW_QUOTE),
  'dcap.quote.auth-data': intel(FORM, 'All lengths inside the signature data are exact.', NEW_QUOTE),
  'dcap.quote.certification': intel(FORM, 'The certification data is of type 1 to 5 and well-formed.', NEW_QUOTE),
  'dcap.quote.trailing': intel(
    FORM,
    'Nothing but zero bytes follows the signature data.',
    'Cut the bytes after the quote; they are not signed.',
  ),
  'dcap.quote.attestation-key': intel(FORM, 'The attestation key is a point on P-256.', REMEDY.distrust),
  'dcap.quote.signature': intel(
    'STATUS_INVALID_QUOTE_SIGNATURE',
    'The attestation key signed header and body.',
    REMEDY.distrust,
  ),
  'dcap.qe-report.signature': intel(
    'STATUS_INVALID_QE_REPORT_SIGNATURE',
    "The PCK key signed the quoting enclave's report.",
    REMEDY.distrust,
  ),
  'dcap.qe-report.binding': intel(
    'STATUS_INVALID_QE_REPORT_DATA',
    "The quoting enclave's report data is SHA-256(attestation key ‖ authentication data), then zeros.",
    REMEDY.distrust,
  ),
  'dcap.qe.miscselect': intel(
    'STATUS_QE_IDENTITY_MISMATCH',
    "The quoting enclave's MISCSELECT is that of Intel's identity.",
    MACHINE,
  ),
  'dcap.qe.attributes': intel(
    'STATUS_QE_IDENTITY_MISMATCH',
    "The quoting enclave's ATTRIBUTES are those of Intel's identity; DEBUG is off.",
    MACHINE,
  ),
  'dcap.qe.mrsigner': intel(
    'STATUS_QE_IDENTITY_MISMATCH',
    'The quoting enclave is signed by Intel: any other enclave could forge quotes.',
    REMEDY.distrust,
  ),
  'dcap.qe.isvprodid': intel(
    'STATUS_QE_IDENTITY_MISMATCH',
    "The quoting enclave's product id is that of Intel's identity.",
    REMEDY.distrust,
  ),
  'dcap.qe.isvsvn': intel(
    'STATUS_SGX_ENCLAVE_REPORT_ISVSVN_NOT_SUPPORTED',
    "Intel's identity has a level for the quoting enclave's ISVSVN.",
    'Update the quoting enclave (DCAP packages) on the machine.',
  ),
} as const satisfies Catalogue;

/** All checks that quotes of both Intel TEEs share. */
export const dcapChecks = { ...quoteChecks, ...collateralChecks, ...platformChecks } as const;
