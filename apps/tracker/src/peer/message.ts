import { AssayError } from '@assay/verify';
import { concatBytes } from '@assay/verify/codec';
import { u32 } from '../receipts/big-endian.ts';

/** A part of a piece: what is asked for. */
export interface BlockRange {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
}

/** A message of the wire protocol (BEP 3, BEP 10). */
export type Message =
  | { readonly type: 'keep-alive' | 'choke' | 'unchoke' | 'interested' | 'not-interested' }
  | { readonly type: 'have'; readonly piece: number }
  /** A bit for each piece, the first one highest. */
  | { readonly type: 'bitfield'; readonly bits: Uint8Array }
  | ({ readonly type: 'request' | 'cancel' } & BlockRange)
  | { readonly type: 'piece'; readonly piece: number; readonly begin: number; readonly block: Uint8Array }
  /** Id 0 is the extended handshake; others are the receiver's own. */
  | { readonly type: 'extended'; readonly id: number; readonly payload: Uint8Array }
  /** A message of an extension that was not agreed on, which is passed over. */
  | { readonly type: 'unknown'; readonly id: number };

const PLAIN = ['choke', 'unchoke', 'interested', 'not-interested'] as const;
const ID = { have: 4, bitfield: 5, request: 6, piece: 7, cancel: 8, extended: 20 } as const;

/** A message with its length before it. */
export function encodeMessage(message: Exclude<Message, { readonly type: 'unknown' }>): Uint8Array {
  const parts = bodyOf(message);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(u32(length), ...parts);
}

function bodyOf(message: Exclude<Message, { readonly type: 'unknown' }>): readonly Uint8Array[] {
  switch (message.type) {
    case 'keep-alive':
      return [];
    case 'have':
      return [Uint8Array.of(ID.have), u32(message.piece)];
    case 'bitfield':
      return [Uint8Array.of(ID.bitfield), message.bits];
    case 'request':
    case 'cancel':
      return [Uint8Array.of(ID[message.type]), u32(message.piece), u32(message.begin), u32(message.length)];
    case 'piece':
      return [Uint8Array.of(ID.piece), u32(message.piece), u32(message.begin), message.block];
    case 'extended':
      return [Uint8Array.of(ID.extended, message.id), message.payload];
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'not-interested':
      return [Uint8Array.of(PLAIN.indexOf(message.type))];
  }
}

/** Reads a message without its length. The bytes of blocks and payloads are views. Throws `malformed`. */
export function parseMessage(bytes: Uint8Array): Message {
  const [id] = bytes;
  if (id === undefined) return { type: 'keep-alive' };
  const plain = PLAIN[id];
  if (plain !== undefined) return exactly(bytes, 1, { type: plain });
  switch (id) {
    case ID.have:
      return exactly(bytes, 5, { type: 'have', piece: word(bytes, 1) });
    case ID.bitfield:
      return { type: 'bitfield', bits: bytes.subarray(1) };
    case ID.request:
    case ID.cancel: {
      const type = id === ID.request ? 'request' : 'cancel';
      return exactly(bytes, 13, { type, piece: word(bytes, 1), begin: word(bytes, 5), length: word(bytes, 9) });
    }
    case ID.piece:
      return { type: 'piece', piece: word(bytes, 1), begin: word(bytes, 5), block: bytes.subarray(9) };
    case ID.extended: {
      const extended = bytes[1];
      if (extended === undefined) throw malformed('extended message: without an id');
      return { type: 'extended', id: extended, payload: bytes.subarray(2) };
    }
    default:
      return { type: 'unknown', id };
  }
}

function exactly(bytes: Uint8Array, length: number, message: Message): Message {
  if (bytes.length === length) return message;
  throw malformed(`message ${message.type}: ${bytes.length} bytes, expected ${length}`);
}

function word(bytes: Uint8Array, at: number): number {
  if (bytes.length < at + 4) throw malformed(`message ${bytes[0] ?? ''}: ends after ${bytes.length} bytes`);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

function malformed(message: string): AssayError {
  return new AssayError('malformed', message, { field: 'message' });
}
