import { X509Certificate } from 'node:crypto';
import {
  type Certificate,
  type Crl,
  fromCertificateChain,
  fromCrlFile,
  parseCertificate,
  parseCrl,
  toBase64,
  utf8,
} from '@assay/verify/codec';
import { CollateralRefusal, parsed, type Received } from './judged.ts';

/** A chain as a header has it: certificates, leaf first, of which the last one issued itself. */
export interface Chain {
  readonly certificates: readonly Certificate[];
  readonly pem: Uint8Array;
  /** Percent-encoded PEM. */
  readonly header: string;
}

/** Reads the chain of two in a header. Throws a refusal. */
export function chainIn(what: string, { headers }: Received, names: readonly string[]): Chain {
  const text = names.map((name) => headers.get(name)).find((value) => value !== null);
  if (text === undefined || text === null) {
    throw new CollateralRefusal('malformed', `${what}: the answer has no header ${names.join(' or ')}`);
  }
  // Some services encode the header as a form does, with + for a space.
  const decoded = parsed(what, () =>
    decodeURIComponent(text.includes('BEGIN+CERTIFICATE') ? text.replaceAll('+', '%20') : text),
  );
  return chainOfTwo(what, utf8(decoded));
}

/** Reads a signer and its root. Throws a refusal for anything else. */
export function chainOfTwo(what: string, bytes: Uint8Array): Chain {
  const certificates = parsed(what, () => fromCertificateChain(bytes).map(parseCertificate));
  if (certificates.length !== 2) {
    throw new CollateralRefusal('malformed', `${what}: the chain has ${certificates.length} certificates, expected 2`);
  }
  const pem = certificates.map(({ raw }) => certificatePem(raw)).join('');
  return { certificates, pem: utf8(pem), header: encodeURIComponent(pem) };
}

/** PEM of a certificate. */
export function certificatePem(der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The revocation list in a file. Throws a refusal. */
export function crlIn(what: string, file: Uint8Array): Crl {
  return parsed(what, () => parseCrl(fromCrlFile(file)));
}

/** Throws a refusal unless the issuer named itself in the certificate, and signed it. */
export function requireIssued(what: string, certificate: Certificate, issuer: Certificate): void {
  const [below, above] = [certificate, issuer].map(({ raw }) => new X509Certificate(raw));
  if (below && above && below.checkIssued(above) && below.verify(above.publicKey)) return;
  throw new CollateralRefusal('not-authentic', `${what}: a certificate is not signed by its issuer`);
}

/** Throws a refusal when a list names one of the certificates. */
export function requireUnrevoked(what: string, certificates: readonly Certificate[], list: Crl): void {
  const revoked = certificates.find(({ serial }) => list.revoked.has(serial));
  if (revoked === undefined) return;
  throw new CollateralRefusal('not-authentic', `${what}: the certificate with serial ${revoked.serial} is revoked`);
}
