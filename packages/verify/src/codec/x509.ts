import { malformed } from '../errors.ts';
import { equalBytes } from './bytes.ts';
import { childrenOf, encodingOf, expectTag, readWholeDer, TAG } from './der.ts';
import { bitStringBytesOf, smallIntegerOf, timeOf, unsignedOf } from './der-values.ts';
import { type Extensions, parseExtensions } from './extensions.ts';
import { toHex } from './hex.ts';
import { type Name, parseName } from './name.ts';
import { type PublicKeyInfo, parsePublicKey } from './public-key.ts';
import { parseSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts';
import type { UnixSeconds } from './time.ts';

/** The largest certificate that is read, in bytes. */
export const MAX_CERTIFICATE = 16_384;

/** A parsed X.509 v3 certificate (RFC 5280 section 4.1). Nothing in it is trusted yet. */
export interface Certificate {
  readonly raw: Uint8Array;
  /** The signed part. */
  readonly tbs: Uint8Array;
  /** Serial number, lower-case hex without leading zeros. */
  readonly serial: string;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: UnixSeconds;
  readonly notAfter: UnixSeconds;
  readonly publicKey: PublicKeyInfo;
  readonly extensions: Extensions;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** As in the certificate: DER for ECDSA, bytes for RSA. */
  readonly signature: Uint8Array;
}

/** Parses one DER certificate, strictly. Throws `malformed`, naming what is wrong. */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE) throw malformed(`certificate: ${der.length} bytes exceed ${MAX_CERTIFICATE}`);
  const outer = childrenOf(expectTag(readWholeDer(der, 'certificate'), TAG.sequence, 'certificate'), 3);
  if (outer.length !== 3) throw malformed('certificate: expected three parts');
  const tbs = expectTag(outer[0], TAG.sequence, 'certificate');
  const parts = childrenOf(tbs, 10);
  const version = expectTag(parts[0], 0xa0, 'version');
  if (smallIntegerOf(childrenOf(version, 1)[0], 'version') !== 2) throw malformed('certificate: not version 3');
  const inner = expectTag(parts[2], TAG.sequence, 'signature algorithm');
  const algorithm = parseSignatureAlgorithm(outer[1], 'signature algorithm');
  if (!equalBytes(encodingOf(inner), encodingOf(expectTag(outer[1], TAG.sequence, 'signature algorithm')))) {
    throw malformed('certificate: inner and outer signature algorithms differ');
  }
  const validity = childrenOf(expectTag(parts[4], TAG.sequence, 'validity'), 2);
  if (parts.length !== 8) throw malformed('certificate: unexpected fields, or no extensions');
  return {
    raw: der,
    tbs: encodingOf(tbs),
    serial: serialOf(unsignedOf(parts[1], 'serial number')),
    issuer: parseName(parts[3], 'issuer'),
    subject: parseName(parts[5], 'subject'),
    notBefore: timeOf(validity[0], 'notBefore'),
    notAfter: timeOf(validity[1], 'notAfter'),
    publicKey: parsePublicKey(parts[6], 'subject public key'),
    extensions: parseExtensions(parts[7], 0xa3),
    signatureAlgorithm: algorithm,
    signature: bitStringBytesOf(outer[2], 'signature'),
  };
}

/** Serial numbers are compared as unsigned integers: lower-case hex without leading zeros. */
export function serialOf(magnitude: Uint8Array): string {
  if (magnitude.length > 32) throw malformed('serial number: longer than 32 bytes');
  return toHex(magnitude);
}
