import { AssayError } from '@assay/verify';
import { MAX_DEPTH, MAX_VALUES } from './limits.ts';
import type { Bencode, BencodeDictionary } from './value.ts';

const [COLON, MINUS, ZERO, NINE, D, E, I, L] = [...':-09deil'].map((sign) => sign.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/**
 * The one value that the bytes are (BEP 3). Strict: each value has one encoding, so that encoding it again gives the same
 * bytes. Strings are copies. Throws `malformed` for everything else, and for numbers beyond the safe integers.
 */
export function decodeBencode(bytes: Uint8Array): Bencode {
  const { value, end } = decodeBencodePrefix(bytes);
  if (end !== bytes.length) throw bad(end, 'the end', `${bytes.length - end} more bytes`);
  return value;
}

/** The value that the bytes begin with, and where it ends: messages of BEP 10 append raw bytes. */
export function decodeBencodePrefix(bytes: Uint8Array): { readonly value: Bencode; readonly end: number } {
  const cursor: Cursor = { bytes, at: 0, values: 0 };
  const value = read(cursor, 0);
  return { value, end: cursor.at };
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  values: number;
}

function read(cursor: Cursor, depth: number): Bencode {
  cursor.values += 1;
  if (cursor.values > MAX_VALUES) throw bad(cursor.at, `at most ${MAX_VALUES} values`, 'more');
  const first = cursor.bytes[cursor.at];
  if (first !== undefined && first >= ZERO && first <= NINE) return readString(cursor);
  if (first === I) {
    cursor.at += 1;
    return readNumber(cursor, E);
  }
  if (first !== L && first !== D) throw bad(cursor.at, 'a value', found(cursor));
  if (depth === MAX_DEPTH) throw bad(cursor.at, `at most ${MAX_DEPTH} levels`, 'more');
  cursor.at += 1;
  return first === L ? readList(cursor, depth + 1) : readDictionary(cursor, depth + 1);
}

function readList(cursor: Cursor, depth: number): readonly Bencode[] {
  const items: Bencode[] = [];
  while (cursor.bytes[cursor.at] !== E) items.push(read(cursor, depth));
  cursor.at += 1;
  return items;
}

function readDictionary(cursor: Cursor, depth: number): BencodeDictionary {
  const members = new Map<string, Bencode>();
  let before: string | undefined;
  while (cursor.bytes[cursor.at] !== E) {
    const start = cursor.at;
    const bytes = readString(cursor);
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    if (before !== undefined && key <= before) throw bad(start, 'keys in order, each once', 'another order');
    before = key;
    members.set(key, read(cursor, depth));
  }
  cursor.at += 1;
  return members;
}

function readString(cursor: Cursor): Uint8Array {
  const start = cursor.at;
  const length = readNumber(cursor, COLON);
  if (length < 0) throw bad(start, 'a length', 'a negative number');
  if (length > cursor.bytes.length - cursor.at) {
    throw bad(start, `${length} bytes`, `${cursor.bytes.length - cursor.at}`);
  }
  cursor.at += length;
  return cursor.bytes.slice(cursor.at - length, cursor.at);
}

function readNumber(cursor: Cursor, end: number): number {
  const start = cursor.at;
  const negative = cursor.bytes[start] === MINUS;
  if (negative) cursor.at += 1;
  const digits = cursor.at;
  let value = 0;
  for (; ; cursor.at += 1) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined || byte < ZERO || byte > NINE) break;
    value = value * 10 + (byte - ZERO);
    if (!Number.isSafeInteger(value)) throw bad(start, 'a safe integer', 'a larger number');
  }
  if (cursor.at === digits || cursor.bytes[cursor.at] !== end)
    throw bad(cursor.at, 'digits and their end', found(cursor));
  const zeroFirst = cursor.bytes[digits] === ZERO;
  if (zeroFirst && (negative || cursor.at > digits + 1))
    throw bad(start, 'a number in its shortest form', 'a zero first');
  cursor.at += 1;
  return negative ? -value : value;
}

function found({ bytes, at }: Cursor): string {
  const byte = bytes[at];
  return byte === undefined ? 'the end' : `byte ${byte}`;
}

function bad(at: number, expected: string, actual: string): AssayError {
  const message = `bencode, byte ${at}: expected ${expected}, found ${actual}`;
  return new AssayError('malformed', message, { field: 'bencode', expected, actual });
}
