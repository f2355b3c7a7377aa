import { AssayError } from '@assay/verify';
import { concatBytes, utf8 } from '@assay/verify/codec';
import { BLS_LENGTHS } from '../bls/ciphersuite.ts';
import { BigEndianReader, u32, u64 } from './big-endian.ts';
import { checkInstanceId } from './instance-id.ts';

/** "I, the receiver, got these pieces from the sender": version 1. */
export interface Receipt {
  /** Id of the tracker at which it counts. */
  readonly tracker: string;
  /** 20 bytes, or 32 of a version 2 torrent (BEP 52). */
  readonly infohash: Uint8Array;
  /** Long-term key of whoever sent the pieces, 48 bytes. */
  readonly sender: Uint8Array;
  /** Long-term key of whoever got and signs for them, 48 bytes. */
  readonly receiver: Uint8Array;
  /** The first piece, from 0. */
  readonly piece: number;
  /** How many pieces in a row, 1 or more. */
  readonly pieces: number;
  /** Their length together, in bytes. */
  readonly bytes: number;
  /** Epoch in which they were received. */
  readonly epoch: number;
  /** The receiver's count of receipts. */
  readonly sequence: number;
}

const TAG = utf8('assay/tracker-receipt\0');
const VERSION = 1;

/**
 * The canonical bytes, which are signed and sent: tag, version, tracker and infohash (each with its length in a byte
 * before it), sender, receiver, first piece and number of pieces (4 bytes each), bytes, epoch, sequence (8 bytes each), big
 * endian. Throws `usage` or `malformed`.
 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { infohash, sender, receiver } = receipt;
  const tracker = utf8(checkInstanceId(receipt.tracker, 'tracker'));
  checkInfohash(infohash.length, 'usage');
  for (const [field, key] of Object.entries({ sender, receiver })) {
    if (key.length === BLS_LENGTHS.publicKey) continue;
    throw new AssayError('usage', `${field}: ${key.length} bytes; give ${BLS_LENGTHS.publicKey}`, { field });
  }
  return concatBytes(
    TAG,
    Uint8Array.of(VERSION, tracker.length),
    tracker,
    Uint8Array.of(infohash.length),
    infohash,
    sender,
    receiver,
    u32(receipt.piece),
    u32(receipt.pieces),
    u64(receipt.bytes),
    u64(receipt.epoch),
    u64(receipt.sequence),
  );
}

/** Reads canonical bytes; there are no others for the same receipt. Throws `malformed`. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  const reader = new BigEndianReader(bytes, 'receipt');
  reader.tag(TAG, VERSION);
  const tracker = reader.instanceId('tracker');
  const length = reader.u8('infohash length');
  checkInfohash(length, 'malformed');
  const receipt = {
    tracker,
    infohash: reader.bytes(length, 'infohash'),
    sender: reader.bytes(BLS_LENGTHS.publicKey, 'sender'),
    receiver: reader.bytes(BLS_LENGTHS.publicKey, 'receiver'),
    piece: reader.u32('piece'),
    pieces: reader.u32('pieces'),
    bytes: reader.u64('bytes'),
    epoch: reader.u64('epoch'),
    sequence: reader.u64('sequence'),
  };
  reader.end();
  return receipt;
}

function checkInfohash(length: number, code: 'usage' | 'malformed'): void {
  if (length === 20 || length === 32) return;
  throw new AssayError(code, `receipt infohash: ${length} bytes; expected 20 or 32`, { field: 'infohash' });
}
