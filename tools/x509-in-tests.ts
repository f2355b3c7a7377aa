import { fromHex } from '../packages/verify/src/codec/hex.ts';
import { bits, der, extensionList, flag, integer, name, oid, sequence } from './der-in-tests.ts';

/** A UTCTime of `YYMMDDHHMMSSZ`. */
export function utcTime(text: string): Uint8Array {
  return der(0x17, new TextEncoder().encode(text));
}

/** A SubjectPublicKeyInfo of an EC key; the default point has the right form and is not on the curve. */
export function ecKey(curve = '1.2.840.10045.3.1.7', point = fromHex(`04${'11'.repeat(64)}`)): Uint8Array {
  return sequence(sequence(oid('1.2.840.10045.2.1'), oid(curve)), bits(point));
}

/** A SubjectPublicKeyInfo of an RSA key with a modulus of so many bytes of 0xc1. */
export function rsaKey(size: number, exponent = 65_537, parameters = der(0x05)): Uint8Array {
  const modulus = der(0x02, Uint8Array.of(0), new Uint8Array(size).fill(0xc1));
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), parameters), bits(sequence(modulus, integer(exponent))));
}

/** AlgorithmIdentifier of ECDSA with SHA-256. */
export const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));

/** The end of a CertificateList or Certificate: an ECDSA signature of r = s = 1. */
const signature = bits(sequence(integer(1), integer(1)));
const validity = sequence(utcTime('250101000000Z'), utcTime('260101000000Z'));
const basicConstraints = { id: '2.5.29.19', critical: true, value: sequence(flag(true)) };
const crlNumber = { id: '2.5.29.20', value: integer(1) };
const nothing: Uint8Array = new Uint8Array();

/** Parts of a certificate by name; each may be replaced. */
const CERTIFICATE = {
  version: der(0xa0, integer(2)),
  serial: integer(0xff01),
  algorithm: ecdsaSha256,
  issuer: name({ 3: 'Issuer' }),
  validity,
  subject: name({ 3: 'Subject', 10: 'Organisation' }),
  key: ecKey(),
  unique: nothing,
  extensions: der(0xa3, extensionList([basicConstraints])),
  outerAlgorithm: ecdsaSha256,
  signature,
  after: nothing,
};

/** An X.509 certificate that parses, unless a part is replaced by one that must not. */
export function certificate(parts: Partial<typeof CERTIFICATE> = {}): Uint8Array {
  const { outerAlgorithm, signature: signed, after, ...tbs } = { ...CERTIFICATE, ...parts };
  return sequence(sequence(...Object.values(tbs)), outerAlgorithm, signed, after);
}

/** Parts of a CRL by name; each may be replaced. */
const CRL = {
  version: integer(1),
  algorithm: ecdsaSha256,
  issuer: name({ 3: 'Issuer' }),
  thisUpdate: utcTime('250101000000Z'),
  nextUpdate: utcTime('260101000000Z'),
  revoked: sequence(revoked(0xff01), revoked(5)),
  extensions: der(0xa0, extensionList([crlNumber])),
  outerAlgorithm: ecdsaSha256,
  signature,
};

/** One entry of a CRL. */
export function revoked(serial: number, ...more: readonly Uint8Array[]): Uint8Array {
  return sequence(integer(serial), utcTime('250101000000Z'), ...more);
}

/** An X.509 CRL that parses, unless a part is replaced by one that must not. */
export function crl(parts: Partial<typeof CRL> = {}): Uint8Array {
  const { outerAlgorithm, signature: signed, ...tbs } = { ...CRL, ...parts };
  return sequence(sequence(...Object.values(tbs)), outerAlgorithm, signed);
}
