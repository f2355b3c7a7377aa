import { unavailable } from './failure.ts';

/** Runs work in its turn, in the order in which it came. What is called off while it waits leaves at once. */
export type Line = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** How long a line is, and how wide. */
export interface LineOptions {
  /** Pieces of work that may wait beside those that run. Default 256. */
  readonly waiting?: number | undefined;
  /** Pieces of work that run side by side. Default 1. */
  readonly atOnce?: number | undefined;
}

/** A waiting line; messages call it `what`. Throws `unavailable` when it is full. */
export function createLine(what: string, { waiting: limit = 256, atOnce = 1 }: LineOptions = {}): Line {
  const waiting = new Set<() => void>();
  let running = 0;

  const turn = async (signal: AbortSignal | undefined): Promise<void> => {
    if (waiting.size >= limit)
      throw unavailable(
        `${what}: ${limit} requests wait already`,
        'ask again later, or ask for one quote for many (batching)',
      );
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      waiting.delete(resolve);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', leave, { once: true });
    waiting.add(resolve);
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  };
  // Its place goes to the next one directly: nobody who comes in between is before those who waited.
  const handOver = (): void => {
    const [next] = waiting;
    if (next === undefined) running -= 1;
    else {
      waiting.delete(next);
      next();
    }
  };

  return async (work, signal) => {
    signal?.throwIfAborted();
    if (running < atOnce) running += 1;
    else await turn(signal);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      handOver();
    }
  };
}
