import { AssayError } from '@assay/verify';
import { SecretKey } from '@chainsafe/blst';
import { BLS_LENGTHS } from './ciphersuite.ts';

/** A key that signs. Its secret is in no property: nothing that prints the object shows it. */
export interface BlsKey {
  /** 48 bytes. */
  readonly publicKey: Uint8Array;
  /** 96 bytes. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** A key with its secret, for those who are to carry it away. */
export interface BlsKeyPair {
  /** 32 bytes, big endian. Secret: never log it. */
  readonly secretKey: Uint8Array;
  readonly key: BlsKey;
}

/** The key of a secret scalar of 32 bytes. Throws `malformed`, without the bytes, for zero and what exceeds the order. */
export function blsKey(secretKey: Uint8Array, field = 'private_key'): BlsKey {
  return keyOf(parseSecret(secretKey, field));
}

/** The key pair of 32 or more secret random bytes (`hkdf_mod_r` of EIP-2333: no bias). */
export function blsKeyPair(ikm: Uint8Array): BlsKeyPair {
  if (ikm.length < 32) {
    throw new AssayError('usage', `ikm: ${ikm.length} bytes; give at least 32 random ones`, { field: 'ikm' });
  }
  const secret = SecretKey.deriveMasterEip2333(ikm);
  return { secretKey: secret.toBytes(), key: keyOf(secret) };
}

function keyOf(secret: SecretKey): BlsKey {
  const publicKey = secret.toPublicKey().toBytes();
  return { publicKey, sign: (message) => secret.sign(message).toBytes() };
}

function parseSecret(bytes: Uint8Array, field: string): SecretKey {
  const length = BLS_LENGTHS.secretKey;
  const expected = `expected ${length} bytes, big endian, from 1 to the group's order less 1`;
  if (bytes.length !== length) {
    throw new AssayError('malformed', `${field}: ${bytes.length} bytes; ${expected}`, { field });
  }
  try {
    return SecretKey.fromBytes(bytes);
  } catch {
    // The library's own words could hold the bytes.
    throw new AssayError('malformed', `${field}: out of range; ${expected}`, { field });
  }
}
