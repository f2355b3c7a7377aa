/** Families of `AssayError`: `malformed` your input does not parse · `usage` the call itself is wrong · `unavailable` try again. */
export type AssayErrorCode = 'malformed' | 'usage' | 'unavailable';

/** Machine-readable context of an error: the field it names, what was expected and what was found. */
export interface AssayErrorDetails {
  readonly field?: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** The one error class of Assay. A refusal is not an error: it is a verdict. */
export class AssayError extends Error {
  override readonly name = 'AssayError';
  readonly code: AssayErrorCode;
  readonly details: AssayErrorDetails;

  constructor(code: AssayErrorCode, message: string, details: AssayErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** An error for input that does not parse; caught at every boundary where hostile bytes come in. */
export function malformed(message: string, details?: AssayErrorDetails): AssayError {
  return new AssayError('malformed', message, details);
}

/** An error for a mistake of the caller. */
export function usage(message: string, details?: AssayErrorDetails): AssayError {
  return new AssayError('usage', message, details);
}

/** Runs a parser of hostile input: its value, or the reason why it is malformed. Other errors pass through. */
export function attempt<T>(parse: () => T): { readonly value: T } | { readonly reason: string } {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return { reason: error.message };
    throw error;
  }
}
