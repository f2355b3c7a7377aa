import { concatBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';

/** Algorithms of dstack's app keys. */
export type KeyAlgorithm = 'secp256k1' | 'ed25519';

/** Lengths of public keys in bytes: SEC1 compressed, and RFC 8032. */
export const PUBLIC_KEY_BYTES: Readonly<Record<KeyAlgorithm, number>> = { secp256k1: 33, ed25519: 32 };

/** What the app's root key signs in the unversioned API: `purpose:hex(key)`. The algorithm is not named. */
export function claimOfPurpose(purpose: string, publicKey: Uint8Array): Uint8Array {
  return utf8(`${purpose}:${toHex(publicKey)}`);
}

/** What the app's root key signs in API v1: tag, algorithm, domain and key, each behind its length. */
export function claimOfDomain(domain: string, algorithm: KeyAlgorithm, publicKey: Uint8Array): Uint8Array {
  const fields = [utf8('dstack-guest-v1-key-claim'), utf8(algorithm), utf8(domain), publicKey];
  return concatBytes(...fields.flatMap((field) => [lengthOf(field), field]));
}

/** What the KMS root signs: the app id and the app's root key (33 bytes), both raw. */
export function claimOfIssuer(appId: Uint8Array, appRoot: Uint8Array): Uint8Array {
  return concatBytes(utf8('dstack-kms-issued:'), appId, appRoot);
}

/** Big endian, four bytes. */
function lengthOf(field: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, field.length);
  return bytes;
}
