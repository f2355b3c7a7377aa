import { concatBytes } from '@noble/hashes/utils.js';
import { littleEndian } from '../../layout.ts';
import type { QuoteOptions } from '../quote.ts';
import { group, refusal, type Scenario, type Scenarios, scenario } from './scenario.ts';

/** A quote that must not parse. */
const malformed = (quote: QuoteOptions): Scenario => refusal('STATUS_UNSUPPORTED_QUOTE_FORMAT', { quote });

/** A quote that parses and is genuine, though its chain is written unusually. */
const sound = (quote: QuoteOptions): Scenario => scenario({ tcbStatus: 'UpToDate' }, { quote });

/** A quote that does not carry its PCK certificate. */
const incomplete = (quote: QuoteOptions): Scenario =>
  refusal(['SGX_QL_QUOTE_CERTIFICATION_DATA_UNSUPPORTED', 'STATUS_SGX_PCK_MISSING'], { quote });

/** A part's little-endian length field, moved by `by`. */
function lengthMoved(part: Uint8Array, by: number, { offset = 0, size = 4 } = {}): Uint8Array {
  const moved = Uint8Array.from(part);
  const field = moved.subarray(offset, offset + size);
  const value = field.reduce((total, byte, index) => total + byte * 256 ** index, 0);
  field.set(littleEndian(value + by, size));
  return moved;
}

const CERT_HEADER = { offset: 2, size: 4 };

/** Cuts a quote to its first bytes. */
function cutTo(length: number, quote: QuoteOptions): Scenario {
  const whole = malformed(quote);
  return async (vendor) => {
    const made = await whole(vendor);
    return { ...made, evidence: made.evidence.slice(0, length) };
  };
}

/** Refusals of the quote's layout, and layouts that only look odd. */
export const quoteFormatScenarios: Scenarios = group('quote-format', {
  empty: cutTo(0, {}),
  'one-byte-below-minimum': cutTo(1019, {}),
  'cut-in-certification-data': cutTo(2000, {}),
  'version-2': malformed({ header: { version: 2 } }),
  'version-6': malformed({ version: 5, header: { version: 6 } }),
  'attestation-key-p384': malformed({ header: { attestationKeyType: 3 } }),
  'tee-type-unknown': malformed({ version: 4, header: { teeType: 0x82 } }),
  'version-3-with-td': malformed({ body: 'td10', version: 3 }),
  'vendor-unknown': malformed({ header: { qeVendorId: new Uint8Array(16).fill(0x11) } }),
  'body-type-unknown': malformed({ version: 5, bodyDescriptor: { bodyType: 5 } }),
  'body-type-zero': malformed({ version: 5, bodyDescriptor: { bodyType: 0 } }),
  'body-size-too-small': malformed({ version: 5, bodyDescriptor: { bodySize: 383 } }),
  'body-size-too-large': malformed({ body: 'td15', bodyDescriptor: { bodySize: 649 } }),
  'body-size-of-another-type': malformed({ body: 'td15', bodyDescriptor: { bodySize: 584 } }),
  'enclave-report-as-td': malformed({ version: 5, header: { teeType: 0x81 } }),
  'td-report-as-enclave': malformed({ body: 'td15', header: { teeType: 0 } }),
  'auth-length-beyond-end': malformed({ parts: { authDataLen: (part) => lengthMoved(part, 1) } }),
  'auth-length-1-gib': malformed({ parts: { authDataLen: () => littleEndian(2 ** 30, 4) } }),
  'auth-length-too-small': malformed({ parts: { authDataLen: () => littleEndian(100, 4) } }),
  'v3-cert-length-too-small': malformed({ parts: { certHeader: (part) => lengthMoved(part, -1, CERT_HEADER) } }),
  'v3-cert-length-too-large': malformed({ parts: { certHeader: (part) => lengthMoved(part, 1, CERT_HEADER) } }),
  'cert-length-4-gib': malformed({
    parts: { certHeader: (part) => concatBytes(part.subarray(0, 2), littleEndian(2 ** 32 - 1, 4)) },
  }),
  'qe-auth-length-too-large': malformed({ parts: { qeAuthLen: () => littleEndian(65_535, 2) } }),
  'v4-outer-type-5': malformed({
    body: 'td10',
    parts: { outerCertHeader: (part) => concatBytes(littleEndian(5, 2), part.subarray(2)) },
  }),
  'v4-outer-length-too-large': malformed({
    body: 'td10',
    parts: { outerCertHeader: (part) => lengthMoved(part, 1, CERT_HEADER) },
  }),
  'v4-data-after-certification': malformed({
    body: 'td10',
    trailing: new Uint8Array(4),
    parts: {
      authDataLen: (part) => lengthMoved(part, 4),
      outerCertHeader: (part) => lengthMoved(part, 4, CERT_HEADER),
    },
  }),
  'v4-outer-length-short-of-auth-data': malformed({
    body: 'td10',
    trailing: new Uint8Array(4),
    parts: { authDataLen: (part) => lengthMoved(part, 4) },
  }),
  'certification-type-0': malformed({ certification: { form: 'raw', type: 0, data: new Uint8Array(0) } }),
  'certification-type-6-inside': malformed({ certification: { form: 'raw', type: 6, data: new Uint8Array(500) } }),
  'certification-type-8': malformed({ certification: { form: 'raw', type: 8, data: new Uint8Array(36) } }),
  'attestation-key-off-curve': malformed({ parts: { attestationKey: () => new Uint8Array(64).fill(0x01) } }),
  'certification-ppid': incomplete({ certification: { form: 'ppid' } }),
  'certification-ppid-rsa-2048': incomplete({ certification: { form: 'encrypted-ppid', bits: 2048 } }),
  'certification-ppid-rsa-3072': incomplete({ certification: { form: 'encrypted-ppid', bits: 3072 } }),
  // The CA's certificate stands beside its CRL in the collateral.
  'certification-leaf': sound({ certification: { form: 'leaf' } }),
  'chain-without-nul': sound({ certification: { form: 'chain', nul: false } }),
  'chain-as-der': sound({ certification: { form: 'chain', encoding: 'der' } }),
  'trailing-zeros': sound({ trailing: new Uint8Array(3065) }),
  'chain-root-before-intermediate': scenario(
    { tcbStatus: 'UpToDate' },
    {
      quote: ({ chain: [leaf, intermediate, root] }) => ({
        certification: { form: 'chain', certificates: [leaf, root, intermediate] },
      }),
    },
  ),
  'chain-root-first': scenario(
    { tcbStatus: 'UpToDate' },
    {
      quote: ({ chain }) => ({ certification: { form: 'chain', certificates: chain.toReversed() } }),
    },
  ),
  'no-qe-auth-data': sound({ qeAuthData: new Uint8Array(0) }),
  'long-qe-auth-data': sound({ qeAuthData: new Uint8Array(1000).fill(0xa5) }),
});
