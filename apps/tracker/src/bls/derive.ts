import { createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { concatBytes, utf8 } from '@assay/verify/codec';
import { type BlsKeyPair, blsKeyPair } from './key.ts';

/** Which key it is. Path parts are 1 to 128 of `A-Z a-z 0-9 . _ : @ -`. */
export interface KeyPath {
  /** What the key is for, such as `user` or `ledger`. */
  readonly purpose: string;
  /** Whose it is, such as a user's id. */
  readonly label: string;
}

/** What makes two keys of one path differ: the caller's salt, and a secret that belongs to the user. */
export interface Personal {
  /** At most 1,024 bytes. */
  readonly salt: Uint8Array;
  /** 16 bytes or more: without it, whoever learns a salt could ask for the key. */
  readonly userSecret: Uint8Array;
}

const PART = /^[A-Za-z0-9._:@-]{1,128}$/;
const MAX_SALT = 1_024;
/** PKCS #8 of an Ed25519 seed (RFC 8410 section 7). */
const ED25519_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

/**
 * A BLS key out of a TEE's key material (32 secret bytes or more), by EIP-2333: the same material, path, salt and user
 * secret give the same key. Throws `usage`, never with a secret in it.
 */
export function deriveBlsKey(material: Uint8Array, path: KeyPath, personal?: Personal): BlsKeyPair {
  return blsKeyPair(deriveBytes(material, path, personal));
}

/** An Ed25519 key out of a TEE's key material: the ledger's, for example. Throws `usage`. */
export function deriveEd25519Key(material: Uint8Array, path: KeyPath): KeyObject {
  return ed25519Key(deriveBytes(material, path));
}

/** The Ed25519 private key of a seed of 32 bytes. */
export function ed25519Key(seed: Uint8Array): KeyObject {
  if (seed.length !== 32) throw usage(`seed: ${seed.length} bytes; give 32`, 'seed');
  return createPrivateKey({ key: Buffer.concat([ED25519_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** HKDF-SHA256 with info `assay/tracker/v1/<purpose>/<label>`: 32 secret bytes. Throws `usage`. */
export function deriveBytes(material: Uint8Array, path: KeyPath, personal?: Personal): Uint8Array {
  if (material.length < 32) throw usage(`material: ${material.length} bytes; give at least 32`, 'material');
  for (const field of ['purpose', 'label'] as const) {
    if (!PART.test(path[field])) throw usage(`${field}: expected 1 to 128 of A-Z a-z 0-9 . _ : @ -`, field);
  }
  const info = `assay/tracker/v1/${path.purpose}/${path.label}`;
  return new Uint8Array(hkdfSync('sha256', material, saltOf(personal), utf8(info), 32));
}

/** The user's secret has a length before it, so that no salt can stand for the end of one. */
function saltOf(personal: Personal | undefined): Uint8Array {
  if (personal === undefined) return new Uint8Array();
  const { salt, userSecret } = personal;
  if (salt.length > MAX_SALT) throw usage(`salt: ${salt.length} bytes; at most ${MAX_SALT}`, 'salt');
  if (userSecret.length < 16 || userSecret.length > MAX_SALT) {
    throw usage(`userSecret: ${userSecret.length} bytes; give 16 to ${MAX_SALT}`, 'userSecret');
  }
  const length = Uint8Array.of(userSecret.length >> 8, userSecret.length & 255);
  return concatBytes(length, userSecret, salt);
}

function usage(message: string, field: string): AssayError {
  return new AssayError('usage', message, { field });
}
