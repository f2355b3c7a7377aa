import { hexToBytes } from '@noble/hashes/utils.js';
import { createP256Key } from '../../p256-key.ts';
import { createAttestationKey } from '../quoting-enclave.ts';
import { group, refusal, type Scenario, type Scenarios } from './scenario.ts';

const STATUS = 'STATUS_INVALID_QUOTE_SIGNATURE';

/** n of P-256, the first value that r must not have. */
const CURVE_ORDER = hexToBytes('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** A part of a sound quote with one byte changed after signing. */
const changed = (part: 'header' | 'body' | 'quoteSignature', offset: number, body: 'sgx' | 'td10' = 'sgx'): Scenario =>
  refusal(STATUS, {
    quote: { body, parts: { [part]: (bytes: Uint8Array) => bytes.with(offset, (bytes[offset] ?? 0) ^ 0x01) } },
  });

/** Refusals of the quote's signature. */
export const signatureScenarios: Scenarios = group('signature', {
  'signed-by-stranger': refusal(STATUS, (vendor) => ({
    quote: { quoteSigner: createP256Key(vendor.entropy, 'stranger') },
  })),
  // Signed soundly by a key that the quoting enclave never vouched for.
  'attestation-key-replaced': refusal('STATUS_INVALID_QE_REPORT_DATA', (vendor) => {
    const stranger = createP256Key(vendor.entropy, 'stranger');
    return {
      quote: {
        attestationKey: createAttestationKey(vendor),
        quoteSigner: stranger,
        parts: { attestationKey: () => stranger.point },
      },
    };
  }),
  'header-changed': changed('header', 40),
  'body-changed': changed('body', 64),
  'report-data-changed': changed('body', 383),
  'td-measurement-changed': changed('body', 136, 'td10'),
  'td-report-data-changed': changed('body', 583, 'td10'),
  'signature-changed': changed('quoteSignature', 63),
  'signature-zero': refusal(STATUS, { quote: { parts: { quoteSignature: () => new Uint8Array(64) } } }),
  'signature-r-of-order': refusal(STATUS, {
    quote: { parts: { quoteSignature: (part) => Uint8Array.of(...CURVE_ORDER, ...part.subarray(32)) } },
  }),
});
