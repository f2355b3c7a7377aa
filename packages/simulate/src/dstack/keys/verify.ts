import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { RpcError } from '../rpc-error.ts';

/** `VerifyRequest`. */
export interface VerificationRequest {
  readonly algorithm: string;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** `Verify`. False is a verdict; throws `RpcError` with what the agent answers to keys and signatures that are none. */
export function verify({ algorithm, data, signature, publicKey }: VerificationRequest): boolean {
  switch (algorithm) {
    case 'ed25519':
      return verifyEd25519(data, signature, publicKey);
    case 'k256':
    case 'secp256k1':
      expectEcdsa(signature, publicKey);
      return secp256k1.verify(signature, data, publicKey);
    case 'secp256k1_prehashed': {
      expectEcdsa(signature, publicKey);
      const digest = digestOf(data);
      return digest !== undefined && secp256k1.verify(signature, digest, publicKey, { prehash: false });
    }
    default:
      throw new RpcError('Unsupported algorithm');
  }
}

function verifyEd25519(data: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) throw new RpcError('invalid public key');
  if (signature.length !== 64) throw new RpcError('signature error');
  expect(() => ed25519.Point.fromBytes(publicKey));
  return ed25519.verify(signature, data, publicKey, { zip215: false });
}

/** A point, compressed or not, and r and s between zero and the order. A high s is well formed, and never valid. */
function expectEcdsa(signature: Uint8Array, publicKey: Uint8Array): void {
  expect(() => secp256k1.Point.fromBytes(publicKey));
  expect(() => secp256k1.Signature.fromBytes(signature));
}

function expect(parse: () => unknown): void {
  try {
    parse();
  } catch {
    throw new RpcError('signature error');
  }
}

/** What the agent takes for a digest: from 16 bytes up, filled up on the left to 32 or cut off after them. */
function digestOf(data: Uint8Array): Uint8Array | undefined {
  if (data.length < 16) return undefined;
  const digest = new Uint8Array(32);
  digest.set(data.subarray(0, 32), Math.max(0, 32 - data.length));
  return digest;
}
