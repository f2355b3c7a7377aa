import { AssayError, type AssayErrorDetails } from '@assay/verify';

/** An error for a mistake of the caller. */
export function usage(message: string, details?: AssayErrorDetails): AssayError {
  return new AssayError('usage', message, details);
}

/** An error for a store that cannot work now. */
export function unavailable(message: string, cause?: unknown): AssayError {
  return new AssayError('unavailable', message, {}, { cause });
}
