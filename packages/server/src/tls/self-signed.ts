import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { AssayError } from '@assay/verify';

/** A key and the certificate that it signed for itself. */
export interface SelfSigned {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

/** One extension of a certificate: what its OCTET STRING holds. */
export interface RawExtension {
  readonly oid: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** What a certificate says, besides its key. */
export interface SelfSignedContent {
  /** DNS names and addresses, at least one. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly RawExtension[];
}

/** In memory only. */
export type KeyPair = webcrypto.CryptoKeyPair;

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const MAX_NAMES = 100;
const DNS_NAME = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Makes a P-256 key pair in memory. */
export function newP256Keys(): Promise<KeyPair> {
  return crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

/** The DER SubjectPublicKeyInfo of a key pair. */
export async function spkiOf({ publicKey }: KeyPair): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
}

/** Issues a certificate for TLS servers, signed by its own key (RFC 5280). Throws `usage` for names that cannot be. */
export async function selfSign(keys: KeyPair, content: SelfSignedContent): Promise<SelfSigned> {
  const { names, notBefore, notAfter, extensions } = content;
  const x509 = await library();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Assay RA-TLS',
    keys,
    signingAlgorithm: P256,
    notBefore,
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
      ),
      ...extensions.map(({ oid, value }) => new x509.Extension(oid, false, value)),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), certificate: `${certificate.toString('pem')}\n` };
}

/** Throws `usage` unless all are DNS names in ASCII or addresses, 1 to 100 of them. */
export function checkNames(names: readonly string[]): void {
  if (names.length === 0 || names.length > MAX_NAMES) throw wrong(`expected 1 to ${MAX_NAMES}, found ${names.length}`);
  const odd = names.find((name) => isIP(name) === 0 && !(name.length <= 253 && DNS_NAME.test(name)));
  if (odd !== undefined)
    throw wrong(`${JSON.stringify(odd.slice(0, 80))} is neither a DNS name in ASCII nor an address`);
}

function wrong(what: string): AssayError {
  return new AssayError('usage', `names: ${what}; give the names that clients reach this service by`, {
    field: 'names',
  });
}

/** Loaded by whoever makes a certificate: it takes long, and throws unless the first one is there. */
async function library(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
