import { infohash, peerId } from './bittorrent-in-tests.ts';

// Packets of BEP 15, as a client makes them.

/** Hex of the number that a connect begins with. */
export const CONNECT = '0000041727101980';

/** Bytes of hex. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Hex of bytes, if there are any. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('hex');
}

/** Numbers of 32 bits each, big endian. */
export function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, index * 4);
  return bytes;
}

/** The parts, one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** Asks for a connection id. */
export function connect(transaction = 7): Uint8Array<ArrayBuffer> {
  return joined(hex(CONNECT), words(0, transaction));
}

/** An announce under a connection id; peers are told apart by number. */
export function announce(
  connection: Uint8Array,
  { event = 2, wanted = -1, port = 6881, peer = 1, left = 1, ip = 0, options = new Uint8Array() } = {},
): Uint8Array<ArrayBuffer> {
  const numbers = words(0, 0, 0, left, 0, 0, event, ip, 0, wanted);
  const listening = Uint8Array.of(port >> 8, port & 0xff);
  return joined(connection, words(1, 8), infohash(0xaa), peerId(peer), numbers, listening, options);
}
