import { AssayError, type AssayErrorDetails } from '@assay/verify';

/** The platform did not answer as it should: `what` happened, and the `remedy` that the message ends with. */
export function unavailable(what: string, remedy: string, cause?: unknown, details?: AssayErrorDetails): AssayError {
  return new AssayError('unavailable', `${what}; ${remedy}`, details, { cause });
}

/** A mistake of the caller: `field` is the member at fault. */
export function usage(message: string, field: string): AssayError {
  return new AssayError('usage', message, { field });
}

/** The name of a system error (`ENOENT`, `EAI_AGAIN`), or undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && /^E(?!RR_)[A-Z0-9_]+$/.test(code) ? code : undefined;
}
