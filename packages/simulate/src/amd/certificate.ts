import { sha1 } from '@noble/hashes/legacy.js';
import {
  bitString,
  boolean,
  contextTag,
  integer,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  time,
  utf8String,
} from '../der.ts';
import { type Extension, encodeExtensions } from '../intel/extension.ts';
import { type AmdKey, RSASSA_PSS } from './key.ts';

/** Everything a certificate says. */
export interface AmdCertificateFields {
  readonly serial: number;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Changes to a certificate or list on its way out: other fields, other extensions, another signer. */
export interface AmdCertificateEdits {
  readonly fields?: Partial<Omit<AmdCertificateFields, 'extensions'>>;
  /** Changes the list of extensions. */
  readonly extensions?: (extensions: readonly Extension[]) => readonly Extension[];
  /** Signs with another key than the issuer's. */
  readonly signer?: AmdKey;
  /** AlgorithmIdentifier inside and outside the signed part. */
  readonly algorithm?: Uint8Array;
}

/** Issues a certificate, DER (RFC 5280 section 4.1). */
export async function issueAmdCertificate(
  issuer: AmdKey,
  fields: AmdCertificateFields,
  edits: AmdCertificateEdits = {},
): Promise<Uint8Array> {
  const all = { ...fields, ...edits.fields };
  const extensions = edits.extensions?.(fields.extensions) ?? fields.extensions;
  const inner = sequence(
    contextTag(0, integer(2)),
    integer(all.serial),
    edits.algorithm ?? RSASSA_PSS,
    all.issuer,
    sequence(time(all.notBefore), time(all.notAfter)),
    all.subject,
    all.spki,
    contextTag(3, encodeExtensions(extensions)),
  );
  return signAmdStructure(inner, issuer, edits);
}

/** Signs the inner part of a certificate or list and puts the whole together. */
export async function signAmdStructure(
  inner: Uint8Array,
  issuer: AmdKey,
  { signer = issuer, algorithm = RSASSA_PSS }: Pick<AmdCertificateEdits, 'signer' | 'algorithm'>,
): Promise<Uint8Array> {
  return sequence(inner, algorithm, bitString(await signer.sign(inner)));
}

/** DER of a name in AMD's order and string types; the organisation says that it is simulated. */
export function amdName(commonName: string, organisation: string): Uint8Array {
  const attribute = (type: string, value: Uint8Array): Uint8Array => setOf(sequence(objectIdentifier(type), value));
  return sequence(
    attribute('2.5.4.11', utf8String('Engineering')),
    attribute('2.5.4.6', printableString('US')),
    attribute('2.5.4.7', utf8String('Santa Clara')),
    attribute('2.5.4.8', utf8String('CA')),
    attribute('2.5.4.10', utf8String(organisation)),
    attribute('2.5.4.3', utf8String(commonName)),
  );
}

/** Key identifier: SHA-1 of the public key, 20 bytes. */
export function amdKeyId({ spki }: AmdKey): Uint8Array {
  return sha1(spki);
}

/** Basic constraints, critical: a CA, with so many CAs below it where that is limited. */
export function caConstraints(pathLength?: number): Extension {
  const value = sequence(boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)]));
  return { id: '2.5.29.19', critical: true, value };
}
