import { AssayError } from '@assay/verify';
import { unavailable, usage } from './failure.ts';

/** How long something may take, and who may call it off. */
export interface Deadline {
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** The longest that timers take: with more they end at once. */
const MAX_MILLISECONDS = 2 ** 31 - 1;
/** Whoever does not say what it is within this time is not waited for. */
const LOOK_MILLISECONDS = 5_000;

/** The option `timeoutMs`. Throws `usage` unless it is a whole number from 1 to 2,147,483,647. */
export function checkedTimeout(timeoutMs: number): number {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= MAX_MILLISECONDS) return timeoutMs;
  throw usage(`timeoutMs: expected a whole number from 1 to ${MAX_MILLISECONDS}, found ${timeoutMs}`, 'timeoutMs');
}

/** The deadline of a look that makes no evidence: `timeoutMs`, and 5 seconds at most. */
export function lookDeadline(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  return { milliseconds: Math.min(timeoutMs, LOOK_MILLISECONDS), signal };
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
  // Not `AbortSignal.any`: as long as the caller keeps his signal, or a timer runs, it keeps what was made of them.
  const over = new AbortController();
  const callOff = (): void => over.abort(signal?.reason);
  const expire = (): void => over.abort(unavailable(`${what}: no answer within ${milliseconds} ms`, remedy));
  const timer = setTimeout(expire, milliseconds);
  signal?.addEventListener('abort', callOff, { once: true });
  const ended = Promise.withResolvers<never>();
  over.signal.addEventListener('abort', () => ended.reject(over.signal.reason), { once: true });
  try {
    return await Promise.race([work(over.signal), ended.promise]);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (over.signal.aborted && !(error instanceof AssayError)) throw over.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', callOff);
  }
}
