import { setTimeout as sleep } from 'node:timers/promises';
import type { Attester } from '@assay/attest';
import { AssayError } from '@assay/verify';
import type { Budget } from './budget.ts';

/** What tokens are asked for within. */
export interface RationOptions {
  /** One for all that ask Google. */
  readonly budget: Budget;
  /** For one token, waiting for its turn included; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Makes the signal that ends the wait for a token. Default `AbortSignal.timeout`. */
  readonly timeout?: ((milliseconds: number) => AbortSignal) | undefined;
  /** Waits some milliseconds, or until the signal aborts. */
  readonly pause?: ((milliseconds: number, signal: AbortSignal) => Promise<unknown>) | undefined;
}

const pauseHere = (milliseconds: number, signal: AbortSignal): Promise<unknown> =>
  sleep(milliseconds, undefined, { signal });

/**
 * The same attester, within a budget and a time for each token: give this one to `createBatcher`. A token waits for its
 * turn, so that who asks in a hurry cannot keep all others from theirs: they share the next one. Throws `unavailable` with
 * Google's own names for that: `RESOURCE_EXHAUSTED` and `DEADLINE_EXCEEDED`.
 */
export function rationed(attester: Attester, options: RationOptions): Attester {
  const { budget, timeoutMs = 10_000, timeout = (milliseconds) => AbortSignal.timeout(milliseconds) } = options;
  const { pause = pauseHere } = options;
  const turn = async (signal: AbortSignal): Promise<void> => {
    let waited = 0;
    for (let wait = budget(); wait > 0; wait = budget()) {
      waited += wait;
      if (waited > timeoutMs)
        throw refused('RESOURCE_EXHAUSTED', `Google allows few tokens a second; ask again in ${wait} ms`);
      await pause(wait, signal);
    }
  };
  return {
    ...attester,
    async evidence(request) {
      const over = timeout(timeoutMs);
      const signal = request.signal === undefined ? over : AbortSignal.any([over, request.signal]);
      try {
        signal.throwIfAborted();
        await turn(signal);
        return await before(signal, () => attester.evidence({ ...request, signal }));
      } catch (error) {
        if (!over.aborted) throw error;
        throw refused('DEADLINE_EXCEEDED', `the launcher gave no token within ${timeoutMs} ms; ask again later`, error);
      }
    },
  };
}

/** The work's result, unless the signal aborts first: also when the work does not listen to it. */
async function before<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const over = Promise.withResolvers<never>();
  const end = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(), over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function refused(reason: string, message: string, cause?: unknown): AssayError {
  return new AssayError('unavailable', message, { field: 'reason', actual: reason }, { cause });
}
