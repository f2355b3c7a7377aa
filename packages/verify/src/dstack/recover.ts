import { keccak_256 } from '@noble/hashes/sha3.js';
import { Point, recoverPublicKey } from '@noble/secp256k1';
import { concatBytes } from '../codec/bytes.ts';
import { fromHex } from '../codec/hex.ts';

/** Length of a recoverable signature: r ‖ s ‖ v. */
export const LINK_BYTES = 65;

/** Half the order of secp256k1: of the two values of s that a signature can have, the lower one is canonical. */
const HALF_ORDER = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');

/** What is wrong with a link's form: undefined when it is r ‖ s ‖ v with low s and v of 0 to 3. */
export function linkFault(link: Uint8Array): string | undefined {
  if (link.length !== LINK_BYTES) return `${link.length} bytes`;
  const recoveryId = link[64] ?? 0;
  if (recoveryId > 3) return `recovery id ${recoveryId}`;
  return isAbove(link.subarray(32, 64), HALF_ORDER) ? 'high s' : undefined;
}

/** The key (33 bytes, compressed) that made a well-formed link over the Keccak-256 of a message; undefined when none could have. */
export function recoverKey(link: Uint8Array, message: Uint8Array): Uint8Array | undefined {
  const signature = concatBytes(link.subarray(64), link.subarray(0, 64));
  try {
    return recoverPublicKey(signature, keccak_256(message), { prehash: false });
  } catch {
    // r or s is zero or beyond the order, or no point of the curve has this r.
    return undefined;
  }
}

/** A point of the curve in its compressed form; undefined for bytes that are none. */
export function compressedPoint(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return Point.fromBytes(bytes).toBytes(true);
  } catch {
    return undefined;
  }
}

function isAbove(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
