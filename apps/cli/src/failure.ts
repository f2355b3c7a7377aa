import { AssayError } from '@assay/verify';

/** Exit codes: a contract, scripts rely on them. */
export const EXIT = { trusted: 0, refused: 1, usage: 2, unavailable: 3 } as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command has no answer. `unrecognised`: the input is no kind of evidence; `internal`: a fault of Assay itself. */
export type FailureCode = 'usage' | 'malformed' | 'unrecognised' | 'unavailable' | 'internal';

/** The document that `--json` prints with exit codes 2 and 3. */
export interface FailureDocument {
  readonly schema: 'assay.error/1';
  readonly code: FailureCode;
  readonly message: string;
  /** The option or member at fault. */
  readonly field?: string;
}

/** The input is no kind of evidence that Assay knows. */
export class Unrecognised extends Error {
  override readonly name = 'Unrecognised';
}

/** An error for a mistake of the caller: `field` is the option or argument at fault. */
export function usage(message: string, field: string): AssayError {
  return new AssayError('usage', message, { field });
}

/** What an error is to the caller: a document, and the exit code that goes with it. */
export function failureOf(error: unknown): { readonly document: FailureDocument; readonly exitCode: ExitCode } {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const field = error instanceof AssayError ? error.details.field : undefined;
  return {
    document: { schema: 'assay.error/1', code, message, ...(field !== undefined && { field }) },
    exitCode: code === 'unavailable' ? EXIT.unavailable : EXIT.usage,
  };
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof AssayError) return error.code;
  return error instanceof Unrecognised ? 'unrecognised' : 'internal';
}
