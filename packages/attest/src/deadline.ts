import { AssayError } from '@assay/verify';
import { unavailable } from './failure.ts';

/** How long something may take, and who may call it off. */
export interface Deadline {
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs work that stops when its signal aborts: at the deadline, or when the caller calls it off. What comes too late is
 * dropped. Throws `unavailable` at the deadline, and the caller's own reason when it was called off.
 */
export async function within<T>(
  { milliseconds, signal }: Deadline,
  what: string,
  remedy: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(milliseconds);
  const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const over = Promise.withResolvers<never>();
  const stop = (): void => over.reject(both.reason);
  both.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(both), over.promise]);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (timeout.aborted && !(error instanceof AssayError))
      throw unavailable(`${what}: no answer within ${milliseconds} ms`, remedy, error);
    throw error;
  } finally {
    both.removeEventListener('abort', stop);
  }
}
