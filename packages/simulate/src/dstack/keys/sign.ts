import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { Release } from '../release.ts';
import { RpcError } from '../rpc-error.ts';
import type { AppRoot } from './app-root.ts';
import { type GuestKey, getKey } from './get-key.ts';

/** `SignRequest`. */
export interface SigningRequest {
  /** There is no default: the empty one is refused. */
  readonly algorithm: string;
  readonly data: Uint8Array;
}

/** `SignResponse`. */
export interface SignedData {
  /** 64 bytes: r ‖ s with low s, or R ‖ S. */
  readonly signature: Uint8Array;
  /** The signature, and the two links of its key. */
  readonly signatureChain: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly publicKey: Uint8Array;
}

/** The one key that `Sign` uses and `GetAttestationForAppKey` attests. Signing digests is no kind of key. */
export function signingKey(root: AppRoot, release: Release, algorithm: string): GuestKey {
  const kind = algorithm === 'secp256k1_prehashed' ? 'secp256k1' : algorithm;
  return getKey(root, release, { path: 'vms', purpose: 'signing', algorithm: kind });
}

/**
 * `Sign`: data as they are with ed25519, their SHA-256 with secp256k1, or a digest. Throws `RpcError` with what the
 * agent answers.
 */
export function sign(root: AppRoot, release: Release, { algorithm, data }: SigningRequest): SignedData {
  const { key, publicKey, signatureChain } = signingKey(root, release, algorithm);
  const signature = signatureOf(algorithm, data, key);
  return { signature, signatureChain: [signature, ...signatureChain], publicKey };
}

function signatureOf(algorithm: string, data: Uint8Array, key: Uint8Array): Uint8Array {
  switch (algorithm) {
    case 'ed25519':
      return ed25519.sign(data, key);
    case 'k256':
    case 'secp256k1':
      return secp256k1.sign(data, key);
    case 'secp256k1_prehashed':
      if (data.length === 32) return secp256k1.sign(data, key, { prehash: false });
      throw new RpcError(`Pre-hashed signing requires a 32-byte digest, but received ${data.length} bytes`);
    default:
      throw new RpcError('Unsupported algorithm');
  }
}
