import { AssayError } from '@assay/verify';

/** An error for an answer that does not parse. */
export function malformed(field: string, expected: string): AssayError {
  return new AssayError('malformed', `${field}: expected ${expected}`, { field, expected });
}
