import { AssayError } from '@assay/verify';
import { PublicKey, Signature } from '@chainsafe/blst';
import { BLS_LENGTHS } from './ciphersuite.ts';

const malformed = (field: string, message: string, remedy: string): AssayError =>
  new AssayError('malformed', `${field}: ${message}; ${remedy}`, { field });

/** A public key whose point was checked: on the curve, in the subgroup, not infinity. Throws `malformed`, naming `field`. */
export function parsePublicKey(bytes: Uint8Array, field = 'public_key'): PublicKey {
  const remedy = 'send the compressed point of a BLS12-381 key';
  checkLength(bytes, BLS_LENGTHS.publicKey, field, remedy);
  try {
    return PublicKey.fromBytes(bytes, true);
  } catch {
    throw malformed(field, 'no point of the subgroup of G1, or infinity', remedy);
  }
}

/** A signature whose point was checked like a key's, in G2. Throws `malformed`, naming `field`. */
export function parseSignature(bytes: Uint8Array, field = 'signature'): Signature {
  const remedy = 'send the compressed point of a BLS12-381 signature';
  checkLength(bytes, BLS_LENGTHS.signature, field, remedy);
  try {
    return Signature.fromBytes(bytes, true, true);
  } catch {
    throw malformed(field, 'no point of the subgroup of G2, or infinity', remedy);
  }
}

function checkLength(bytes: Uint8Array, length: number, field: string, remedy: string): void {
  // The library takes uncompressed points too: one key would have two spellings.
  if (bytes.length !== length) throw malformed(field, `${bytes.length} bytes, expected ${length}`, remedy);
}
