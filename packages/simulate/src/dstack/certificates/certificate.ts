import { contextTag, integer, sequence, time } from '../../der.ts';
import { keyIdentifier } from '../../intel/certificate.ts';
import { authorityKeyId, type Extension, encodeExtensions, subjectKeyId } from '../../intel/extension.ts';
import { ECDSA_SHA256, signStructure } from '../../intel/signed-structure.ts';
import type { P256Key } from '../../p256-key.ts';
import { encodePem } from '../../pem.ts';
import { encodeName, type Name } from './name.ts';

/** Who signs a certificate: the root signs its own. */
export interface Issuer {
  readonly key: P256Key;
  readonly name: Name;
}

/** What a certificate says. */
export interface CertificateContent {
  /** Big endian, taken as a positive number. */
  readonly serial: Uint8Array;
  readonly subject: Name;
  readonly key: P256Key;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Beside the key identifiers, which all have. */
  readonly extensions: readonly Extension[];
}

/** Issues a certificate, PEM (RFC 5280 section 4.1). */
export async function issueDstackCertificate(issuer: Issuer, content: CertificateContent): Promise<string> {
  const { serial, subject, key, notBefore, notAfter, extensions } = content;
  const inner = sequence(
    contextTag(0, integer(2)),
    integer(serial),
    ECDSA_SHA256,
    encodeName(issuer.name),
    sequence(time(notBefore), time(notAfter)),
    encodeName(subject),
    key.spki,
    contextTag(
      3,
      encodeExtensions([authorityKeyId(keyIdentifier(issuer.key)), subjectKeyId(keyIdentifier(key)), ...extensions]),
    ),
  );
  return encodePem('CERTIFICATE', await signStructure(inner, issuer.key, {}));
}
