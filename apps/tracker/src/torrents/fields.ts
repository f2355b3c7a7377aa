import { AssayError } from '@assay/verify';
import type { Bencode, BencodeDictionary } from '../bencode/value.ts';

/** A dictionary. Throws `malformed` for anything else. */
export function dictionary(value: Bencode | undefined, field: string): BencodeDictionary {
  if (value instanceof Map) return value;
  throw bad(field, 'a dictionary', value === undefined ? 'nothing' : 'something else');
}

/** A number within bounds. Throws `malformed` for anything else. */
export function whole(value: Bencode | undefined, field: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw bad(field, `a number from ${least} to ${most}`, typeof value === 'number' ? `${value}` : 'none');
}

/** A string of bytes. Throws `malformed` for anything else. */
export function text(value: Bencode | undefined, field: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw bad(field, 'a string', value === undefined ? 'nothing' : 'something else');
}

/** An error about a field of a .torrent file. */
export function bad(field: string, expected: string, actual: string): AssayError {
  return new AssayError('malformed', `${field}: expected ${expected}, found ${actual}`, { field, expected, actual });
}
