import { unavailable } from './failure.ts';

/** Work that must not run side by side: one at a time, in the order in which it came. */
export type Line = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** A waiting line of at most `limit` pieces of work beside the one that runs. Throws `unavailable` when it is full. */
export function createLine(what: string, limit: number): Line {
  let present = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (work, signal) => {
    if (present > limit) {
      const remedy = 'ask again later, or ask for one quote for many (batching)';
      throw unavailable(`${what}: ${limit} requests wait already`, remedy);
    }
    present += 1;
    const turn = last.then(async () => {
      try {
        signal?.throwIfAborted();
        return await work();
      } finally {
        present -= 1;
      }
    });
    // The next one waits for this one's end, however it ends.
    last = turn.catch(() => undefined);
    return turn;
  };
}
