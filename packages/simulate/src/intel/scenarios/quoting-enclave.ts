import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { createP256Key } from '../../p256-key.ts';
import type { EnclaveIdentityOptions } from '../enclave-identity.ts';
import type { ExhibitOptions } from '../exhibit.ts';
import { createAttestationKey, keyBinding } from '../quoting-enclave.ts';
import type { SgxReportFields } from '../report-layout.ts';
import { daysFrom, group, kebab, refusal, type Scenario, type Scenarios, scenario } from './scenario.ts';

const FORMAT = ['STATUS_UNSUPPORTED_QE_IDENTITY_FORMAT', 'STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_FORMAT'];

const TD: ExhibitOptions = { quote: { body: 'td10' } };

/** An identity that is signed as it stands and must not parse. */
const malformed = (qeIdentity: EnclaveIdentityOptions): Scenario => refusal(FORMAT, { collateral: { qeIdentity } });

const document = (change: (text: string) => string): Scenario => malformed({ document: change });

/** A quoting enclave other than the one Intel's identity describes. */
const other = (status: string, qeReport: SgxReportFields): Scenario =>
  refusal([status, 'STATUS_QE_IDENTITY_MISMATCH'], { quote: { qeReport } });

const identity = (status: string | readonly string[], qeIdentity: EnclaveIdentityOptions, base = {}): Scenario =>
  refusal(status, { ...base, collateral: { qeIdentity } });

const REQUIRED = [
  'id',
  'version',
  'issueDate',
  'nextUpdate',
  'tcbEvaluationDataNumber',
  'miscselect',
  'miscselectMask',
  'attributes',
  'attributesMask',
  'mrsigner',
  'isvprodid',
  'tcbLevels',
];

/** Refusals of the quoting enclave's report. */
const reports: Scenarios = {
  'report-signed-by-stranger': refusal('STATUS_INVALID_QE_REPORT_SIGNATURE', (vendor) => ({
    quote: { qeReportSigner: createP256Key(vendor.entropy, 'stranger') },
  })),
  'report-changed-after-signing': refusal('STATUS_INVALID_QE_REPORT_SIGNATURE', {
    quote: { parts: { qeReport: (part) => part.with(259, 1) } },
  }),
  'report-signature-zero': refusal('STATUS_INVALID_QE_REPORT_SIGNATURE', {
    quote: { parts: { qeReportSignature: () => new Uint8Array(64) } },
  }),
  'report-data-of-another-key': refusal('STATUS_INVALID_QE_REPORT_DATA', {
    quote: { qeReport: { reportData: new Uint8Array(64).fill(0x42) } },
  }),
  // The binding is right; Intel's enclave leaves the other half zero.
  'report-data-second-half-not-zero': refusal('STATUS_INVALID_QE_REPORT_DATA', (vendor) => {
    const attestationKey = createAttestationKey(vendor);
    const qeAuthData = new Uint8Array(32);
    const reportData = concatBytes(keyBinding(attestationKey, qeAuthData), new Uint8Array(32).fill(1));
    return { quote: { attestationKey, qeAuthData, qeReport: { reportData } } };
  }),
  'auth-data-changed': refusal('STATUS_INVALID_QE_REPORT_DATA', {
    quote: { parts: { qeAuth: (part) => part.with(31, 0xff) } },
  }),
  'another-signer': other('STATUS_SGX_ENCLAVE_REPORT_MRSIGNER_MISMATCH', { mrSigner: new Uint8Array(32).fill(0x66) }),
  'another-product': other('STATUS_SGX_ENCLAVE_REPORT_ISVPRODID_MISMATCH', { isvProdId: 3 }),
  'another-miscselect': other('STATUS_SGX_ENCLAVE_REPORT_MISCSELECT_MISMATCH', { miscSelect: 1 }),
  debug: other('STATUS_SGX_ENCLAVE_REPORT_ATTRIBUTES_MISMATCH', {
    attributes: hexToBytes('1700000000000000e700000000000000'),
  }),
  'without-provision-key': other('STATUS_SGX_ENCLAVE_REPORT_ATTRIBUTES_MISMATCH', {
    attributes: hexToBytes('0500000000000000e700000000000000'),
  }),
  'svn-below-all-levels': refusal('STATUS_SGX_ENCLAVE_REPORT_ISVSVN_NOT_SUPPORTED', {
    quote: { qeReport: { isvSvn: 5 } },
  }),
};

/** Refusals of the quoting enclave and of its identity. */
export const quotingEnclaveScenarios: Scenarios = group('quoting-enclave', {
  ...reports,
  'identity-missing': scenario(
    { missing: 'qeIdentity.json' },
    { files: ({ 'qeIdentity.json': _, ...files }) => files },
  ),
  'identity-empty': document(() => '{}'),
  'identity-not-json': document((text) => `${text}}`),
  'identity-without-signature': document((text) => text.replace(/,"signature":"[0-9a-f]*"/, '')),
  'identity-duplicate-key': malformed({
    signedText: (text) => text.replace('"isvprodid":1', '"isvprodid":1,"isvprodid":1'),
  }),
  ...Object.fromEntries(
    REQUIRED.map((name) => [`identity-without-${kebab(name)}`, malformed({ members: { [name]: undefined } })]),
  ),
  'identity-levels-empty': malformed({ levels: [] }),
  'identity-mrsigner-too-short': malformed({ mrsigner: '8C4F' }),
  'identity-mask-not-hex': malformed({ attributesMask: 'G'.repeat(32) }),
  'identity-version-1': identity('STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION', { version: 1 }),
  'identity-version-3': identity('STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION', { version: 3 }),
  'identity-changed-after-signing': identity('STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE', {
    document: (text) => text.replace('"isvprodid":1', '"isvprodid":2'),
  }),
  'identity-signature-zero': identity('STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE', {
    document: (text) => text.replace(/"signature":"[0-9a-f]*"/, `"signature":"${'00'.repeat(64)}"`),
  }),
  'identity-signed-by-stranger': refusal('STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE', (vendor) => ({
    collateral: { qeIdentity: { signer: createP256Key(vendor.entropy, 'stranger') } },
  })),
  'identity-expired': refusal('STATUS_SGX_ENCLAVE_IDENTITY_EXPIRED', (vendor) => ({
    collateral: { qeIdentity: { issueDate: daysFrom(vendor, -31), nextUpdate: daysFrom(vendor, -1) } },
  })),
  'identity-not-yet-valid': refusal('STATUS_SGX_ENCLAVE_IDENTITY_EXPIRED', (vendor) => ({
    collateral: { qeIdentity: { issueDate: daysFrom(vendor, 1), nextUpdate: daysFrom(vendor, 31) } },
  })),
  'identity-of-td-qe-for-enclave': identity('STATUS_QE_IDENTITY_MISMATCH', { id: 'TD_QE' }),
  'identity-of-qe-for-td': identity('STATUS_QE_IDENTITY_MISMATCH', { id: 'QE' }, TD),
  'identity-of-qve': identity('STATUS_QE_IDENTITY_MISMATCH', { id: 'QVE' }),
});
