import { utf8ToBytes } from '@noble/hashes/utils.js';
import { bitString, boolean, contextTag, integer, objectIdentifier, octetString, sequence } from '../der.ts';

/** An X.509 extension: `value` is the DER inside its OCTET STRING. */
export interface Extension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Object identifiers of the extensions that Intel's certificates and CRLs carry. */
export const EXTENSION_IDS = {
  authorityKeyId: '2.5.29.35',
  crlDistributionPoints: '2.5.29.31',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  crlReason: '2.5.29.21',
  sgx: '1.2.840.113741.1.13.1',
} as const;

/** Key usages as Intel sets them. */
export const KEY_USAGE = {
  /** keyCertSign, cRLSign. */
  authority: bitString(Uint8Array.of(0x06), 1),
  /** digitalSignature, nonRepudiation. */
  signer: bitString(Uint8Array.of(0xc0), 6),
} as const;

/** DER of a list of extensions. */
export function encodeExtensions(extensions: readonly Extension[]): Uint8Array {
  return sequence(
    ...extensions.map(({ id, critical, value }) =>
      sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value)),
    ),
  );
}

/** Authority key identifier: the issuer's key id, 20 bytes. */
export function authorityKeyId(keyId: Uint8Array): Extension {
  const value = sequence(contextTag(0, keyId, { constructed: false }));
  return { id: EXTENSION_IDS.authorityKeyId, critical: false, value };
}

/** Subject key identifier, 20 bytes. */
export function subjectKeyId(keyId: Uint8Array): Extension {
  return { id: EXTENSION_IDS.subjectKeyId, critical: false, value: octetString(keyId) };
}

/** One CRL distribution point with one URL. */
export function crlDistributionPoint(url: string): Extension {
  const uri = contextTag(6, utf8ToBytes(url), { constructed: false });
  const value = sequence(sequence(contextTag(0, contextTag(0, uri))));
  return { id: EXTENSION_IDS.crlDistributionPoints, critical: false, value };
}

/** Key usage, critical: one of `KEY_USAGE`. */
export function keyUsage(value: Uint8Array): Extension {
  return { id: EXTENSION_IDS.keyUsage, critical: true, value };
}

/** Basic constraints, critical: a CA with so many CAs below it, or null for none. */
export function basicConstraints(pathLength: number | null): Extension {
  const value = pathLength === null ? sequence() : sequence(boolean(true), integer(pathLength));
  return { id: EXTENSION_IDS.basicConstraints, critical: true, value };
}

/** CRL number; Intel's CRLs have 1, always. */
export function crlNumber(value: number): Extension {
  return { id: EXTENSION_IDS.crlNumber, critical: false, value: integer(value) };
}
