import { concatBytes } from '../packages/verify/src/codec/bytes.ts';

/** A DER element: any tag, contents joined. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents);
  const { length } = content;
  if (length < 0x80) return concatBytes(Uint8Array.of(tag, length), content);
  const digits: number[] = [];
  for (let left = length; left > 0; left >>= 8) digits.unshift(left & 0xff);
  return concatBytes(Uint8Array.of(tag, 0x80 | digits.length, ...digits), content);
}

/** A SEQUENCE. */
export function sequence(...items: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...items);
}

/** An OBJECT IDENTIFIER in dotted form; arcs below 2^28. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Uint8Array.from(bytes));
}

/** A non-negative INTEGER, or another type that is encoded like one. */
export function integer(value: number, tag = 0x02): Uint8Array {
  const bytes = [value & 0xff];
  for (let left = Math.floor(value / 256); left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  const [first = 0] = bytes;
  return der(tag, Uint8Array.from(first >= 0x80 ? [0, ...bytes] : bytes));
}

/** An OCTET STRING. */
export function octets(bytes: Uint8Array): Uint8Array {
  return der(0x04, bytes);
}

/** A BIT STRING of whole bytes. */
export function bits(bytes: Uint8Array): Uint8Array {
  return der(0x03, Uint8Array.of(0), bytes);
}

/** A BOOLEAN. */
export function flag(value: boolean): Uint8Array {
  return der(0x01, Uint8Array.of(value ? 0xff : 0));
}

/** A GeneralizedTime of `YYYYMMDDHHMMSSZ`. */
export function time(text: string): Uint8Array {
  return der(0x18, new TextEncoder().encode(text));
}

/** One extension of a certificate or CRL. */
export interface TestExtension {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

/** SEQUENCE OF Extension. */
export function extensionList(extensions: readonly TestExtension[]): Uint8Array {
  return sequence(
    ...extensions.map(({ id, critical, value }) => sequence(oid(id), ...(critical ? [flag(true)] : []), octets(value))),
  );
}

/** A Name of attributes by the last arc of their type (3 is CN, 6 C, 7 L, 8 ST, 10 O). */
export function name(attributes: Readonly<Record<string, string>>): Uint8Array {
  const encoder = new TextEncoder();
  const sets = Object.entries(attributes).map(([arc, value]) =>
    der(0x31, sequence(oid(`2.5.4.${arc}`), der(0x0c, encoder.encode(value)))),
  );
  return sequence(...sets);
}
