import { p256 } from '@noble/curves/nist.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { bitString, contextTag, integer, objectIdentifier, octetString, sequence } from './der.ts';
import type { Entropy } from './entropy.ts';

/** AlgorithmIdentifier of a P-256 key. */
const EC_P256 = sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier('1.2.840.10045.3.1.7'));
/** What stands before a point of which both coordinates are given (SEC 1 section 2.3.3). */
const UNCOMPRESSED = Uint8Array.of(0x04);

/** A P-256 key pair that signs; its secret stays inside. */
export interface P256Key {
  /** x and y, 32 bytes each: the form quotes carry. */
  readonly point: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** ECDSA over SHA-256 of the message: r and s, 32 bytes each. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * The key of a label. A seeded vendor's keys sign by RFC 6979, so that signatures repeat; the others use WebCrypto,
 * where there is one, which is many times faster.
 */
export function createP256Key(entropy: Entropy, label: string): P256Key {
  return p256KeyOf(p256.utils.randomSecretKey(entropy.bytes(label, 48)), entropy);
}

/** The key of a secret scalar (32 bytes, big endian). Throws for one that is zero or beyond the order. */
export function p256KeyOf(secret: Uint8Array, { seeded }: Pick<Entropy, 'seeded'>): P256Key {
  const point = p256.getPublicKey(secret, false).slice(1);
  const kept = Uint8Array.from(secret);
  const rfc6979 = async (message: Uint8Array): Promise<Uint8Array> => p256.sign(message, kept, { lowS: false });
  // Undefined in browsers outside secure contexts.
  const subtle: typeof crypto.subtle | undefined = globalThis.crypto?.subtle;
  return {
    point,
    spki: sequence(EC_P256, bitString(concatBytes(UNCOMPRESSED, point))),
    sign: seeded || subtle === undefined ? rfc6979 : webCryptoSigner(subtle, encodePrivateKey(secret, point)),
  };
}

/** DER of a secret scalar as private key (PKCS #8, RFC 5958), with its public key as the other tools write it. */
export function encodePrivateKey(secret: Uint8Array, point: P256Key['point']): Uint8Array {
  const publicKey = contextTag(1, bitString(concatBytes(UNCOMPRESSED, point)));
  return sequence(integer(0), EC_P256, octetString(sequence(integer(1), octetString(secret), publicKey)));
}

/** Signs with WebCrypto; the key is imported at the first signature and kept. */
function webCryptoSigner(subtle: typeof crypto.subtle, pkcs8: Uint8Array): P256Key['sign'] {
  let imported: ReturnType<typeof subtle.importKey> | undefined;
  return async (message) => {
    imported ??= subtle.importKey('pkcs8', Uint8Array.from(pkcs8), { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ]);
    const signature = await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, await imported, Uint8Array.from(message));
    return new Uint8Array(signature);
  };
}

/** The DER form of a signature (`ECDSA-Sig-Value`), as certificates and CRLs carry it. */
export function derSignature(signature: Uint8Array): Uint8Array {
  return sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
}
