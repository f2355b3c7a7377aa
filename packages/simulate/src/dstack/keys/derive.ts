import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

const SALT = utf8ToBytes('RATLS');

/** dstack's derivation outside API v1: 32 bytes of HKDF-SHA256 with the salt `RATLS` and the context as it is. */
export function deriveSecret(secret: Uint8Array, context: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, SALT, context, 32);
}
