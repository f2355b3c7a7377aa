import { AssayError } from '@assay/verify';
import type { CustomTypesConfig } from 'pg';

/** An integer of any width; sums come as `numeric`. */
function integer(text: string): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new AssayError('malformed', 'a number in the database is no integer of at most 2^53 - 1');
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}

/** Object ids of Postgres's types, as SQLite would answer them: bool as 0 or 1. */
const READERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => (text === 't' ? 1 : 0)],
  [17, bytes],
  [20, integer],
  [21, integer],
  [23, integer],
  [1700, integer],
]);

const asText = (text: string): string => text;

/** How values are read, the same as from SQLite: integers, bytes, and everything else as text. */
export const postgresTypes: CustomTypesConfig = {
  getTypeParser: (id: number) => READERS.get(id) ?? asText,
};
