import { Reader } from '../codec/reader.ts';
import { fromUtf8 } from '../codec/text.ts';
import { type AssayError, malformed } from '../errors.ts';

/** A decoded value. Integers beyond 2^53, floats and extensions do not occur in attestations and are refused. */
export type Packed = null | boolean | number | string | Uint8Array | readonly Packed[] | PackedMap;

/** A map with text keys. */
export type PackedMap = ReadonlyMap<string, Packed>;

const MAX_DEPTH = 32;
/** Every item takes at least one byte of input, so that this bounds nothing but the patience of the reader. */
const MAX_ITEMS = 100_000;

/** Decodes one MessagePack value that takes all of the bytes. Throws `malformed`. */
export function decodeMessagePack(bytes: Uint8Array): Packed {
  const reader = new Reader(bytes);
  const value = decode(reader, 0);
  if (reader.remaining > 0) throw wrong(`${reader.remaining} bytes too many`);
  return value;
}

function decode(reader: Reader, depth: number): Packed {
  if (depth > MAX_DEPTH) throw wrong(`nested deeper than ${MAX_DEPTH}`);
  const head = reader.u8('MessagePack');
  if (head < 0x80) return head;
  if (head < 0x90) return map(reader, head & 0x0f, depth);
  if (head < 0xa0) return array(reader, head & 0x0f, depth);
  if (head < 0xc0) return text(reader, head & 0x1f);
  if (head >= 0xe0) return head - 0x100;
  return decodeTyped(reader, head, depth);
}

function decodeTyped(reader: Reader, head: number, depth: number): Packed {
  switch (head) {
    case 0xc0:
      return null;
    case 0xc2:
    case 0xc3:
      return head === 0xc3;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return reader.bytes(unsigned(reader, head - 0xc4), 'MessagePack');
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return unsigned(reader, head - 0xcc);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return text(reader, unsigned(reader, head - 0xd9));
    case 0xdc:
    case 0xdd:
      return array(reader, unsigned(reader, head - 0xdc + 1), depth);
    case 0xde:
    case 0xdf:
      return map(reader, unsigned(reader, head - 0xde + 1), depth);
    default:
      throw wrong(`unexpected type 0x${head.toString(16)}`);
  }
}

/** A big-endian integer of 1, 2, 4 or 8 bytes: `power` 0 to 3. */
function unsigned(reader: Reader, power: number): number {
  let value = 0;
  for (const byte of reader.bytes(2 ** power, 'MessagePack')) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw wrong('integer is too large');
  return value;
}

function text(reader: Reader, length: number): string {
  return fromUtf8(reader.bytes(length, 'MessagePack'), 'MessagePack');
}

function array(reader: Reader, count: number, depth: number): readonly Packed[] {
  expectItems(reader, count);
  return Array.from({ length: count }, () => decode(reader, depth + 1));
}

function map(reader: Reader, count: number, depth: number): PackedMap {
  expectItems(reader, 2 * count);
  const entries = new Map<string, Packed>();
  for (let index = 0; index < count; index += 1) {
    const key = decode(reader, depth + 1);
    if (typeof key !== 'string' || entries.has(key)) throw wrong('a map has a key twice, or one that is no text');
    entries.set(key, decode(reader, depth + 1));
  }
  return entries;
}

function expectItems(reader: Reader, count: number): void {
  if (count > reader.remaining || count > MAX_ITEMS) throw wrong(`${count} items, ${reader.remaining} bytes are left`);
}

function wrong(message: string): AssayError {
  return malformed(`MessagePack: ${message}`, { field: 'MessagePack' });
}
