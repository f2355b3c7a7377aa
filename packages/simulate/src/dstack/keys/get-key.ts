import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Release } from '../release.ts';
import { RpcError } from '../rpc-error.ts';
import type { AppRoot } from './app-root.ts';
import { deriveSecret } from './derive.ts';
import { signLink } from './link.ts';
import { type KeyAlgorithm, publicKeyOf } from './public-key.ts';

/** A derived key, and who vouches for it. */
export interface GuestKey {
  /** 32 bytes: scalar of secp256k1, or seed of ed25519. Secret. */
  readonly key: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Two links of 65 bytes: the app root's over the key, the KMS root's over the app root. */
  readonly signatureChain: readonly [Uint8Array, Uint8Array];
}

/** `GetKeyArgs` of the unversioned API; what is missing is empty. */
export interface KeyRequest {
  readonly path?: string;
  readonly purpose?: string;
  /** Agents of 0.5.5 and older pass over it. */
  readonly algorithm?: string;
}

/**
 * `GetKey` of the unversioned API and Tappd's `DeriveK256Key`. Only the path reaches the derivation: the same 32 bytes
 * serve each algorithm. Throws `RpcError` with what the agent answers to an algorithm that it does not know.
 */
export function getKey(root: AppRoot, release: Release, request: KeyRequest): GuestKey {
  const { path = '', purpose = '', algorithm = '' } = request;
  const curve = release.reaches('0.5.6') ? curveOf(algorithm) : 'secp256k1';
  const key = deriveSecret(root.secret, utf8ToBytes(path));
  const publicKey = publicKeyOf(curve, key);
  const link = signLink(root.secret, utf8ToBytes(`${purpose}:${bytesToHex(publicKey)}`));
  return { key, publicKey, signatureChain: [link, root.link] };
}

function curveOf(algorithm: string): KeyAlgorithm {
  switch (algorithm) {
    case '':
    case 'k256':
    case 'secp256k1':
      return 'secp256k1';
    case 'ed25519':
      return 'ed25519';
    default:
      throw new RpcError('Unsupported algorithm');
  }
}
