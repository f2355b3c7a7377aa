import { digest, importKey } from '#crypto';
import { rawEcdsaSignature } from '../codec/ecdsa-signature.ts';
import type { PublicKeyInfo } from '../codec/public-key.ts';
import type { SignatureAlgorithm } from '../codec/signature-algorithm.ts';
import { attempt } from '../errors.ts';
import { ES256, ES384, PS384, RS256, type Scheme, type VerifyKey } from './types.ts';

const SCHEMES: Readonly<Record<SignatureAlgorithm, Scheme>> = {
  'ecdsa-sha256': ES256,
  'ecdsa-sha384': ES384,
  'rsa-sha256': RS256,
  'rsa-pss-sha384': PS384,
};

/** What certificates and CRLs have in common: a signed part and its signature. */
export interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** DER for ECDSA, bytes for RSA. */
  readonly signature: Uint8Array;
}

/** An issuer's key, imported once for the algorithm it signs with: undefined when the key cannot be used so. */
export async function issuerKey(key: PublicKeyInfo, algorithm: SignatureAlgorithm): Promise<VerifyKey | undefined> {
  return importKey(key, SCHEMES[algorithm]);
}

/** True when the certificate or CRL is signed by the key. */
export async function isSignedBy(signed: Signed, key: VerifyKey): Promise<boolean> {
  const { signatureAlgorithm: algorithm, signature, tbs } = signed;
  if (algorithm !== 'ecdsa-sha256' && algorithm !== 'ecdsa-sha384') return key.verify(signature, tbs);
  const raw = attempt(() => rawEcdsaSignature(signature, algorithm === 'ecdsa-sha256' ? 32 : 48));
  return 'value' in raw && key.verify(raw.value, tbs);
}

/** SHA-256 of a key's SubjectPublicKeyInfo, by which roots are pinned. */
export async function keyFingerprint(key: PublicKeyInfo): Promise<Uint8Array> {
  return digest('SHA-256', key.raw);
}
