import { hash } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { concatBytes, utf8 } from '@assay/verify/codec';
import { verifyBls } from '../bls/verify.ts';
import { u32, u64 } from './big-endian.ts';

/**
 * A receipt in the form of the older trackers. Its signature covers neither receiver, size nor tracker, so it mints
 * nothing here: it is verified, and kept as uncounted.
 */
export interface UpstreamReceipt {
  /** 48 bytes. */
  readonly receiver: Uint8Array;
  /** 48 bytes. */
  readonly sender: Uint8Array;
  /** 20 bytes. */
  readonly infohash: Uint8Array;
  /** SHA-1 or SHA-256. */
  readonly pieceHash: Uint8Array;
  readonly piece: number;
  /** Unix seconds. */
  readonly timestamp: number;
  /** BLS by the receiver, 96 bytes. */
  readonly signature: Uint8Array;
}

const ID_TAG = utf8('assay/tracker-upstream-receipt\0');

/** What the receiver signs: infohash, sender, piece hash, index (4 bytes), timestamp (8 bytes), big endian. Throws `malformed`. */
export function upstreamMessage(receipt: Omit<UpstreamReceipt, 'signature' | 'receiver'>): Uint8Array {
  const { infohash, sender, pieceHash, piece, timestamp } = receipt;
  const right =
    infohash.length === 20 && sender.length === 48 && [20, 32].includes(pieceHash.length) && piece <= 0xffff_ffff;
  if (!right) {
    throw new AssayError('malformed', 'receipt: expected infohash of 20, sender of 48, piece_hash of 20 or 32 bytes');
  }
  return concatBytes(infohash, sender, pieceHash, u32(piece), u64(timestamp));
}

/** Whether the receiver signed it. Throws `malformed` for keys and signatures that are no points. */
export function verifyUpstream(receipt: UpstreamReceipt): boolean {
  return verifyBls(receipt.receiver, upstreamMessage(receipt), receipt.signature);
}

/** What it is kept under: one per piece, sender and receiver, whatever hash and time it names. 32 bytes. */
export function upstreamId({ infohash, sender, receiver, piece }: UpstreamReceipt): Uint8Array {
  return hash('sha256', concatBytes(ID_TAG, infohash, sender, receiver, u32(piece)), 'buffer');
}
