import { fromCertificateChain, parseCertificate, toBase64, utf8 } from '@assay/verify/codec';
import { type Answer, unavailable } from './download.ts';

/** CollateralFiles of a collateral directory by name. */
export type CollateralFiles = ReadonlyMap<string, Uint8Array>;

/** Certificates (DER) of an issuer chain: URL-encoded PEM in the first of these headers, or the given body. */
export function chainOf(answer: Answer, names: readonly string[], body?: Uint8Array): readonly Uint8Array[] {
  const { headers } = answer;
  const header = names.map((name) => headers.get(name)).find((value) => value !== null);
  if (header === undefined && body === undefined) {
    throw unavailable(answer, `the answer has no header ${names.join(' or ')}`);
  }
  try {
    const certificates = fromCertificateChain(body ?? utf8(decodeChain(header ?? '')));
    certificates.forEach(parseCertificate);
    return certificates;
  } catch (error) {
    const where = body === undefined ? `the header ${names.join(' or ')}` : 'the answer';
    throw unavailable(
      answer,
      `${where} holds no certificates: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
}

/** PEM of certificates, one after the other. */
export function chainPem(certificates: readonly Uint8Array[]): Uint8Array {
  return utf8(certificates.map(pemOf).join(''));
}

function pemOf(certificate: Uint8Array): string {
  const lines = toBase64(certificate).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Some services encode the header as a form does, with + for a space. */
function decodeChain(header: string): string {
  return decodeURIComponent(header.includes('BEGIN+CERTIFICATE') ? header.replaceAll('+', '%20') : header);
}
