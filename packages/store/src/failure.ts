import { AssayError, type AssayErrorDetails } from '@assay/verify';

/** An error for a mistake of the caller. */
export function usage(message: string, details?: AssayErrorDetails): AssayError {
  return new AssayError('usage', message, details);
}

/** An error for a store that cannot work now. */
export function unavailable(message: string, cause?: unknown): AssayError {
  return new AssayError('unavailable', message, {}, { cause });
}

/** Largest time that a timer can wait, and largest of every other limit. */
const MAX_LIMIT = 2 ** 31 - 1;

/** Refuses limits that would mean none: zero, fractions, and what is no number. */
export function checkLimits(limits: Readonly<Record<string, number>>): void {
  for (const [field, value] of Object.entries(limits)) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_LIMIT) continue;
    throw usage(`${field} is ${value}; expected a whole number from 1 to ${MAX_LIMIT}`, {
      field,
      actual: String(value),
    });
  }
}
