import { toHex } from '../../codec/hex.ts';
import { utf8 } from '../../codec/text.ts';
import { parseCertificate } from '../../codec/x509.ts';
import { hashOf, sha256Hex } from '../../crypto/hash.ts';
import { attempt } from '../../errors.ts';
import type { Profile } from './expectation.ts';

const TAG = utf8('ratls-cert:');

/**
 * `ratls-cert`: SHA-512("ratls-cert:" ‖ DER SubjectPublicKeyInfo) of the certificate that the peer showed in TLS.
 *
 * Proves that the attested workload asked for a quote over the key that ends the relying party's connection. It proves
 * no freshness, and nothing of the names in the certificate.
 */
export const ratlsCert: Profile = async ({ certificate, spki }) => {
  if (certificate === undefined && spki === undefined) return { missing: "the peer's certificate was not given" };
  const fromCertificate = certificate && attempt(() => parseCertificate(certificate).publicKey.raw);
  if (fromCertificate && 'reason' in fromCertificate) return { refused: fromCertificate.reason };
  const key = spki ?? fromCertificate?.value ?? new Uint8Array();
  if (fromCertificate && toHex(fromCertificate.value) !== toHex(key)) {
    return { refused: 'subject.spki is not the key of subject.certificate' };
  }
  const spkiSha256 = await sha256Hex(key);
  return { reportData: await hashOf('SHA-512', TAG, key), keys: [{ use: 'tls', spkiSha256 }] };
};
