/**
 * Runs work that stops when its signal aborts: after the time, or when the caller has gone. The signal's reason, which
 * the work then throws, is `late`.
 */
export async function within<T>(
  milliseconds: number,
  caller: AbortSignal,
  late: Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Not `AbortSignal.timeout`: its timer would outlive the request.
  const over = new AbortController();
  const end = (): void => over.abort(late);
  const timer = setTimeout(end, milliseconds);
  caller.addEventListener('abort', end, { once: true });
  if (caller.aborted) end();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
    caller.removeEventListener('abort', end);
  }
}
