import { malformed } from '../errors.ts';
import { equalBytes } from './bytes.ts';
import { childrenOf, type Der, encodingOf, expectTag, readWholeDer, TAG } from './der.ts';
import { bitStringBytesOf, smallIntegerOf, timeOf, unsignedOf } from './der-values.ts';
import { EXTENSION, type Extensions, parseExtensions } from './extensions.ts';
import { toHex } from './hex.ts';
import { type Name, parseName } from './name.ts';
import { parseSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts';
import type { UnixSeconds } from './time.ts';
import { serialOf } from './x509.ts';

/** The largest CRL that is read, in bytes. */
export const MAX_CRL = 4_194_304;

/** A parsed X.509 v2 CRL (RFC 5280 section 5.1). Nothing in it is trusted yet. */
export interface Crl {
  readonly raw: Uint8Array;
  readonly tbs: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: UnixSeconds;
  readonly nextUpdate: UnixSeconds;
  /** Serial numbers, lower-case hex without leading zeros. */
  readonly revoked: ReadonlySet<string>;
  readonly extensions: Extensions;
  /** CRLNumber in decimal: undefined when absent. */
  readonly number: string | undefined;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** Parses one DER CRL, strictly; nextUpdate is required. Throws `malformed`, naming what is wrong. */
export function parseCrl(der: Uint8Array): Crl {
  if (der.length > MAX_CRL) throw malformed(`CRL: ${der.length} bytes exceed ${MAX_CRL}`);
  const outer = childrenOf(expectTag(readWholeDer(der, 'CRL'), TAG.sequence, 'CRL'), 3);
  if (outer.length !== 3) throw malformed('CRL: expected three parts');
  const tbs = expectTag(outer[0], TAG.sequence, 'CRL');
  const [version, algorithm, issuer, thisUpdate, nextUpdate, ...tail] = childrenOf(tbs, 7);
  if (smallIntegerOf(version, 'CRL version') !== 1) throw malformed('CRL: not version 2');
  const outerAlgorithm = expectTag(outer[1], TAG.sequence, 'CRL signature algorithm');
  const inner = expectTag(algorithm, TAG.sequence, 'CRL signature algorithm');
  if (!equalBytes(encodingOf(inner), encodingOf(outerAlgorithm))) {
    throw malformed('CRL: inner and outer signature algorithms differ');
  }
  const entries = tail[0]?.tag === TAG.sequence ? tail.shift() : undefined;
  const extensions = parseExtensions(tail[0], 0xa0);
  if (tail.length !== 1) throw malformed('CRL: unexpected fields');
  const number = extensions.get(EXTENSION.crlNumber);
  return {
    raw: der,
    tbs: encodingOf(tbs),
    issuer: parseName(issuer, 'CRL issuer'),
    thisUpdate: timeOf(thisUpdate, 'thisUpdate'),
    nextUpdate: timeOf(nextUpdate, 'nextUpdate'),
    revoked: new Set(entries === undefined ? [] : childrenOf(entries, 100_000).map(revokedSerial)),
    extensions,
    number: number && decimal(unsignedOf(readWholeDer(number.value, 'CRLNumber'), 'CRLNumber')),
    signatureAlgorithm: parseSignatureAlgorithm(outer[1], 'CRL signature algorithm'),
    signature: bitStringBytesOf(outer[2], 'CRL signature'),
  };
}

function revokedSerial(entry: Der): string {
  const parts = childrenOf(expectTag(entry, TAG.sequence, 'revoked certificate'), 3);
  timeOf(parts[1], 'revocation date');
  if (parts[2] !== undefined) requireKnownEntry(parts[2]);
  return serialOf(unsignedOf(parts[0], 'revoked serial number'));
}

/** RFC 5280 section 5.3: an entry with a critical extension may speak of another issuer's certificate. */
function requireKnownEntry(extensions: Der): void {
  for (const item of childrenOf(expectTag(extensions, TAG.sequence, 'CRL entry extensions'), 16)) {
    const [, second] = childrenOf(expectTag(item, TAG.sequence, 'CRL entry extension'), 3);
    // Only `critical` is a BOOLEAN, and DER writes it only when it is true.
    if (second?.tag !== TAG.octetString) throw malformed('CRL entry extension: critical, or no value');
  }
}

function decimal(magnitude: Uint8Array): string {
  if (magnitude.length > 20) throw malformed('CRLNumber: longer than 20 bytes');
  return BigInt(`0x0${toHex(magnitude)}`).toString();
}
