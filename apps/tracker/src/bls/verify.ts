import { AssayError } from '@assay/verify';
import {
  aggregateSignatures,
  aggregateVerify,
  type PublicKey,
  type Signature,
  verify,
  verifyMultipleAggregateSignatures,
} from '@chainsafe/blst';
import { BLS_LENGTHS } from './ciphersuite.ts';
import { parsePublicKey, parseSignature } from './points.ts';

/** A message with its signer's checked key and a checked signature. */
export interface BlsSigned {
  readonly message: Uint8Array;
  readonly publicKey: PublicKey;
  readonly signature: Signature;
}

/** Whether a signature (96 bytes) is of that message and key (48 bytes). Throws `malformed` for bytes that are no points. */
export function verifyBls(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(message, parsePublicKey(publicKey), parseSignature(signature));
}

/**
 * Which of many signatures are genuine, in order. All are judged together under random factors; when that fails, each
 * half by itself, so one bad signature costs a few checks and spoils no others.
 */
export function verifyEach(items: readonly BlsSigned[]): readonly boolean[] {
  if (items.length === 0) return [];
  const [only] = items;
  if (items.length === 1 && only !== undefined) return [verify(only.message, only.publicKey, only.signature)];
  const sets = items.map(({ message, publicKey, signature }) => ({ msg: message, pk: publicKey, sig: signature }));
  if (verifyMultipleAggregateSignatures(sets)) return items.map(() => true);
  const half = items.length >> 1;
  return [...verifyEach(items.slice(0, half)), ...verifyEach(items.slice(half))];
}

/**
 * Whether one signature is the sum of each key's over its own message. Messages must name their signer, as receipts do,
 * else a key that was made from another one (a rogue key) could speak for it.
 */
export function verifyAggregate(
  signed: readonly { readonly message: Uint8Array; readonly publicKey: PublicKey }[],
  signature: Signature,
): boolean {
  const messages = signed.map(({ message }) => message);
  return aggregateVerify(
    messages,
    signed.map(({ publicKey }) => publicKey),
    signature,
  );
}

/** The sum of signatures (96 bytes each). Throws `malformed` for bytes that are no points, `usage` for none. */
export function aggregate(signatures: readonly Uint8Array[]): Uint8Array {
  if (signatures.length === 0) {
    throw new AssayError('usage', `signatures: none; give one or more of ${BLS_LENGTHS.signature} bytes`, {
      field: 'signatures',
    });
  }
  return aggregateSignatures(signatures.map((bytes) => parseSignature(bytes))).toBytes();
}
