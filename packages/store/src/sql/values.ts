import { AssayError } from '@assay/verify';

/** What a column can hold on both engines; times are integer milliseconds, JSON is text. */
export type Value = string | number | Uint8Array | null;

function refused(position: number, expected: string, actual: string): AssayError {
  const message = `parameter ${position + 1} of the statement is ${actual}; expected ${expected}`;
  return new AssayError('usage', message, { field: `parameter ${position + 1}`, expected, actual });
}

function checked(value: unknown, position: number): Value {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'string') {
    if (value.includes('\0')) throw refused(position, 'text without NUL', 'text with NUL');
    if (!value.isWellFormed()) throw refused(position, 'text in Unicode', 'text with half of a surrogate pair');
    return value;
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    const integer = Number(value);
    if (!Number.isSafeInteger(integer)) throw refused(position, 'an integer of at most 2^53 - 1', 'another number');
    return integer;
  }
  const actual = Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
  throw refused(position, 'text, an integer, bytes or null', actual);
}

/** The parameters of a statement, none of which one engine would take and the other not; throws `usage`. */
export function checkedValues(parameters: readonly unknown[]): Value[] {
  return parameters.map(checked);
}
