import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** One DER element (ITU-T X.690): a tag byte, a minimal length, the content. */
export function element(tag: number, content: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag), length(content.length), content);
}

function length(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  const octets = hexToBytes(evenHex(value.toString(16)));
  return concatBytes(Uint8Array.of(0x80 | octets.length), octets);
}

/** SEQUENCE of elements, in the order given. */
export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return element(0x30, concatBytes(...elements));
}

/** SET of one element: with more, DER would ask for an order. */
export function setOf(only: Uint8Array): Uint8Array {
  return element(0x31, only);
}

/** INTEGER, not negative: a number, or big-endian bytes whose leading zeros do not matter. */
export function integer(value: number | Uint8Array): Uint8Array {
  const bytes = typeof value === 'number' ? hexToBytes(evenHex(value.toString(16))) : value;
  const first = bytes.findIndex((byte) => byte !== 0);
  const minimal = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  const padded = (minimal[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), minimal) : minimal;
  return element(0x02, padded);
}

/** ENUMERATED of a small number. */
export function enumerated(value: number): Uint8Array {
  return element(0x0a, Uint8Array.of(value));
}

/** BOOLEAN. */
export function boolean(value: boolean): Uint8Array {
  return element(0x01, Uint8Array.of(value ? 0xff : 0x00));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}

/** OCTET STRING. */
export function octetString(content: Uint8Array): Uint8Array {
  return element(0x04, content);
}

/** BIT STRING; `unused` counts the bits of the last octet that do not belong to it. */
export function bitString(content: Uint8Array, unused = 0): Uint8Array {
  return element(0x03, concatBytes(Uint8Array.of(unused), content));
}

/** UTF8String. */
export function utf8String(text: string): Uint8Array {
  return element(0x0c, utf8ToBytes(text));
}

/** PrintableString; the caller keeps to its alphabet. */
export function printableString(text: string): Uint8Array {
  return element(0x13, utf8ToBytes(text));
}

/** `[number]` around an element, or around raw content where the tag is implicit (`constructed: false`). */
export function contextTag(number: number, content: Uint8Array, { constructed = true } = {}): Uint8Array {
  return element((constructed ? 0xa0 : 0x80) | number, content);
}

/** Time of a certificate or CRL: UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? element(0x17, utf8ToBytes(digits.slice(2)))
    : element(0x18, utf8ToBytes(digits));
}

function evenHex(hex: string): string {
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
