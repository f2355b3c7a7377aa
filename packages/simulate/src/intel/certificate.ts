import { sha1 } from '@noble/hashes/legacy.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { contextTag, integer, sequence, time } from '../der.ts';
import type { P256Key } from '../p256-key.ts';
import { encodePem } from '../pem.ts';
import { type Extension, encodeExtensions } from './extension.ts';
import { type DistinguishedName, encodeName } from './name.ts';
import { ECDSA_SHA256, type SigningEdits, signStructure } from './signed-structure.ts';

/** Everything a certificate says. */
export interface CertificateFields {
  /** 3 for X.509 v3. */
  readonly version: number;
  /** Big endian, taken as a positive number. */
  readonly serial: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** AlgorithmIdentifier inside the signed part. */
  readonly innerAlgorithm: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Changes to a certificate on its way out: other fields, other extensions, a wrong signature. */
export interface CertificateEdits extends SigningEdits {
  readonly fields?: Partial<CertificateFields>;
  /** Changes the list of extensions; runs after `fields`. */
  readonly extensions?: (extensions: readonly Extension[]) => readonly Extension[];
}

/** A certificate as it was issued. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly pem: string;
  /** Big endian, without leading zeros that DER would drop. */
  readonly serial: Uint8Array;
  readonly subject: DistinguishedName;
}

/** The fields in which every certificate of the test vendor starts out alike. */
export const CERTIFICATE_DEFAULTS = {
  version: 3,
  innerAlgorithm: ECDSA_SHA256,
  // Fixed, so that a seeded vendor's certificates do not depend on the day; UTCTime ends with 2049.
  notBefore: new Date('2018-05-21T10:45:10Z'),
  notAfter: new Date('2049-12-31T23:59:59Z'),
} as const;

/** Issues a certificate (RFC 5280 section 4.1). */
export async function issueCertificate(
  issuer: P256Key,
  fields: CertificateFields,
  edits: CertificateEdits = {},
): Promise<Certificate> {
  const all = { ...fields, ...edits.fields };
  const extensions = edits.extensions?.(all.extensions) ?? all.extensions;
  const inner = sequence(
    ...(all.version > 1 ? [contextTag(0, integer(all.version - 1))] : []),
    integer(all.serial),
    all.innerAlgorithm,
    encodeName(all.issuer),
    sequence(time(all.notBefore), time(all.notAfter)),
    encodeName(all.subject),
    all.spki,
    ...(all.version > 1 ? [contextTag(3, encodeExtensions(extensions))] : []),
  );
  const der = await signStructure(inner, issuer, edits);
  return { der, pem: encodePem('CERTIFICATE', der), serial: all.serial, subject: all.subject };
}

/** Key identifier of a key: SHA-1 of its uncompressed point (RFC 5280 section 4.2.1.2). */
export function keyIdentifier(key: P256Key): Uint8Array {
  return sha1(concatBytes(Uint8Array.of(0x04), key.point));
}
