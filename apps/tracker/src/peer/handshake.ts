import { AssayError } from '@assay/verify';
import { concatBytes, equalBytes, utf8 } from '@assay/verify/codec';

/** How a connection begins (BEP 3). */
export interface Handshake {
  /** 20 bytes. */
  readonly infohash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Whether extended messages are understood (BEP 10). */
  readonly extended: boolean;
}

/** Bytes of a handshake. */
export const HANDSHAKE_BYTES = 68;

const PROTOCOL = concatBytes(Uint8Array.of(19), utf8('BitTorrent protocol'));
/** Bit of the reserved bytes that BEP 10 takes. */
const EXTENDED = { byte: 5, bit: 0x10 } as const;

/** The 68 bytes. */
export function encodeHandshake({ infohash, peerId, extended }: Handshake): Uint8Array {
  const reserved = new Uint8Array(8);
  if (extended) reserved[EXTENDED.byte] = EXTENDED.bit;
  return concatBytes(PROTOCOL, reserved, infohash, peerId);
}

/** Reads 68 bytes. Throws `malformed` where they are another protocol, or encrypted. */
export function parseHandshake(bytes: Uint8Array): Handshake {
  const { length } = PROTOCOL;
  if (bytes.length !== HANDSHAKE_BYTES || !equalBytes(bytes.subarray(0, length), PROTOCOL)) {
    throw new AssayError('malformed', 'handshake: not the BitTorrent protocol in the clear; encryption is not spoken');
  }
  const flags = bytes[length + EXTENDED.byte] ?? 0;
  return {
    infohash: bytes.slice(length + 8, length + 28),
    peerId: bytes.slice(length + 28),
    extended: (flags & EXTENDED.bit) !== 0,
  };
}
