import { malformed } from '../errors.ts';
import { childrenOf, contentsOf, type Der, expectTag, readWholeDer, TAG } from './der.ts';
import { booleanOf, octetsOf, oidOf, smallIntegerOf } from './der-values.ts';
import { fromUtf8 } from './text.ts';

/** One extension of a certificate or CRL: `value` is the content of its OCTET STRING. */
export interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Extensions by OID. */
export type Extensions = ReadonlyMap<string, Extension>;

/** Standard extensions (RFC 5280 section 4.2). */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Parses `[n] SEQUENCE OF Extension`; an OID may occur once. */
export function parseExtensions(wrapper: Der | undefined, tag: number): Extensions {
  const explicit = childrenOf(expectTag(wrapper, tag, 'extensions'), 1);
  const map = new Map<string, Extension>();
  for (const item of childrenOf(expectTag(explicit[0], TAG.sequence, 'extensions'), 64)) {
    const parts = childrenOf(expectTag(item, TAG.sequence, 'extension'), 3);
    const oid = oidOf(parts[0], 'extension');
    const flagged = parts.length === 3;
    const critical = flagged && booleanOf(parts[1], oid);
    if (flagged && !critical) throw malformed(`extension ${oid}: DEFAULT FALSE must not be encoded`);
    if (map.has(oid)) throw malformed(`extension ${oid}: twice`);
    map.set(oid, { critical, value: octetsOf(parts[flagged ? 2 : 1], oid) });
  }
  return map;
}

/** Basic constraints: undefined when the extension is absent. */
export function basicConstraintsOf(
  extensions: Extensions,
): { readonly ca: boolean; readonly pathLength?: number } | undefined {
  const extension = extensions.get(EXTENSION.basicConstraints);
  if (extension === undefined) return undefined;
  const whole = expectTag(readWholeDer(extension.value, 'basicConstraints'), TAG.sequence, 'basicConstraints');
  const [ca, length] = childrenOf(whole, 2);
  if (ca === undefined) return { ca: false };
  const flag = booleanOf(ca, 'basicConstraints');
  return length === undefined ? { ca: flag } : { ca: flag, pathLength: smallIntegerOf(length, 'pathLenConstraint') };
}

/** Key usage bits (RFC 5280 section 4.2.1.3), bit 0 first: undefined when the extension is absent. */
export function keyUsageOf(
  extensions: Extensions,
): { readonly keyCertSign: boolean; readonly cRLSign: boolean; readonly digitalSignature: boolean } | undefined {
  const extension = extensions.get(EXTENSION.keyUsage);
  if (extension === undefined) return undefined;
  const element = expectTag(readWholeDer(extension.value, 'keyUsage'), TAG.bitString, 'keyUsage');
  const [unused = 8, bits = 0, more = 0, ...rest] = contentsOf(element);
  const last = element.end - element.content === 3 ? more : bits;
  const stray = last & ((1 << unused) - 1);
  if (unused > 7 || element.end - element.content < 2 || rest.length > 0 || stray !== 0) {
    throw malformed('keyUsage: malformed BIT STRING');
  }
  return { digitalSignature: (bits & 0x80) !== 0, keyCertSign: (bits & 0x04) !== 0, cRLSign: (bits & 0x02) !== 0 };
}

/** The subject key identifier: undefined when absent. */
export function subjectKeyIdOf(extensions: Extensions): Uint8Array | undefined {
  const extension = extensions.get(EXTENSION.subjectKeyIdentifier);
  return extension && octetsOf(readWholeDer(extension.value, 'subjectKeyIdentifier'), 'subjectKeyIdentifier');
}

/** The key identifier of the authority key identifier: undefined when absent or without one. */
export function authorityKeyIdOf(extensions: Extensions): Uint8Array | undefined {
  const extension = extensions.get(EXTENSION.authorityKeyIdentifier);
  if (extension === undefined) return undefined;
  const whole = expectTag(
    readWholeDer(extension.value, 'authorityKeyIdentifier'),
    TAG.sequence,
    'authorityKeyIdentifier',
  );
  const id = childrenOf(whole, 3).find((child) => child.tag === 0x80);
  return id?.source.subarray(id.content, id.end);
}

/** First URI of the CRL distribution points: undefined when there is none. */
export function crlUriOf(extensions: Extensions): string | undefined {
  const extension = extensions.get(EXTENSION.crlDistributionPoints);
  if (extension === undefined) return undefined;
  // CRLDistributionPoints → DistributionPoint → [0] distributionPoint → [0] fullName → [6] URI
  let element: Der | undefined = readWholeDer(extension.value, 'crlDistributionPoints');
  for (const tag of [TAG.sequence, 0xa0, 0xa0, 0x86]) {
    element = childrenOf(element, 16).find((child) => child.tag === tag);
    if (element === undefined) return undefined;
  }
  return fromUtf8(element.source.subarray(element.content, element.end), 'crlDistributionPoints');
}

/** OIDs of critical extensions outside `known`. */
export function unknownCritical(extensions: Extensions, known: readonly string[]): string[] {
  return [...extensions].filter(([oid, { critical }]) => critical && !known.includes(oid)).map(([oid]) => oid);
}
