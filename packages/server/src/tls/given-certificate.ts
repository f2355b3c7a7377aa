import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { fromPem } from '@assay/verify/codec';
import type { ServedCertificate } from './ra-tls-certificate.ts';

/** A key and a certificate as an operator gives them, PEM. */
export interface GivenCertificate {
  readonly tlsKey: string;
  /** The leaf first, then its chain. */
  readonly tlsCertificate: string;
}

/**
 * Checks key and certificate before they are served. Throws `usage`, naming `tlsKey` or `tlsCertificate`: text that is
 * no PEM, a key that has a passphrase or is another one's, a certificate that is expired or not valid yet.
 */
export function checkGivenCertificate({ tlsKey, tlsCertificate }: GivenCertificate, now: Date): ServedCertificate {
  const leaf = leafOf(tlsCertificate);
  const { validFromDate: notBefore, validToDate: notAfter } = leaf;
  if (now < notBefore) {
    throw wrong('tlsCertificate', `is valid from ${iso(notBefore)} on, now is ${iso(now)}`, 'set the clock, or wait');
  }
  if (now > notAfter) {
    throw wrong('tlsCertificate', `expired at ${iso(notAfter)}, now is ${iso(now)}`, 'renew it, or set the clock');
  }
  if (!leaf.checkPrivateKey(keyOf(tlsKey))) {
    throw wrong('tlsKey', 'is not the key of the first certificate', 'give its own key, and the leaf first');
  }
  const spki = leaf.publicKey.export({ format: 'der', type: 'spki' });
  const spkiSha256 = createHash('sha256').update(spki).digest('hex');
  return { key: tlsKey, certificate: tlsCertificate, spkiSha256, notAfter };
}

/** The first certificate; the others must parse, too. */
function leafOf(pem: string): X509Certificate {
  let cause: unknown;
  try {
    // Node reads PEM that it finds inside of DER, such as that of a quote: each certificate goes in as PEM.
    const [leaf] = fromPem(pem, 'CERTIFICATE').map((der) => new X509Certificate(pemOf(der)));
    if (leaf !== undefined) return leaf;
  } catch (error) {
    cause = error;
  }
  throw wrong('tlsCertificate', 'is no PEM of certificates', 'give the leaf first, then its chain', cause);
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The cause stays away: it could quote what it read.
    const what = /ENCRYPTED/.test(pem) ? 'is protected by a passphrase' : 'is no private key in PEM';
    throw wrong('tlsKey', what, 'give it as `openssl pkey` writes it, without a passphrase');
  }
}

function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function wrong(field: string, what: string, remedy: string, cause?: unknown): AssayError {
  return new AssayError('usage', `${field}: ${what}; ${remedy}`, { field }, { cause });
}

function iso(date: Date): string {
  return date.toISOString();
}
