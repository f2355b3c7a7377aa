import type { Bencode } from './value.ts';

/** Bytes of a value, keys sorted as bytes (BEP 3). Throws for numbers that are no safe integers. */
export function encodeBencode(value: Bencode): Uint8Array {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: Bencode, parts: Buffer[]): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`expected a safe integer, found ${value}`);
    parts.push(Buffer.from(`i${value}e`));
  } else if (value instanceof Uint8Array) {
    parts.push(Buffer.from(`${value.length}:`), Buffer.from(value.buffer, value.byteOffset, value.length));
  } else if (isDictionary(value)) {
    parts.push(Buffer.from('d'));
    // Characters are bytes, so that comparing characters compares bytes.
    for (const [key, member] of [...value].sort(([a], [b]) => (a < b ? -1 : 1))) {
      write(Buffer.from(key, 'latin1'), parts);
      write(member, parts);
    }
    parts.push(Buffer.from('e'));
  } else {
    parts.push(Buffer.from('l'));
    for (const item of value) write(item, parts);
    parts.push(Buffer.from('e'));
  }
}

function isDictionary(value: Exclude<Bencode, number | Uint8Array>): value is ReadonlyMap<string, Bencode> {
  return value instanceof Map;
}
