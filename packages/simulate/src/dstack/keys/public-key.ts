import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';

/** Curves of app keys. */
export type KeyAlgorithm = 'secp256k1' | 'ed25519';

/** The public key of 32 derived bytes: a compressed point (33 bytes), or an ed25519 key (32 bytes). */
export function publicKeyOf(algorithm: KeyAlgorithm, secret: Uint8Array): Uint8Array {
  return algorithm === 'ed25519' ? ed25519.getPublicKey(secret) : secp256k1.getPublicKey(secret);
}
