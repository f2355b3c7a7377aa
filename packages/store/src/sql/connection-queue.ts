import { unavailable } from '../failure.ts';

/** Hands one connection to one caller after the other. */
export interface ConnectionQueue {
  /** Resolves when it is this caller's turn; throws `unavailable` when too many wait, or it takes too long. */
  readonly enter: () => Promise<void>;
  readonly leave: () => void;
}

/** A queue for one connection: at most `limit` callers wait, each at most `timeoutMs`. */
export function createConnectionQueue(options: {
  readonly limit: number;
  readonly timeoutMs: number;
}): ConnectionQueue {
  const { limit, timeoutMs } = options;
  const waiting = new Set<() => void>();
  let taken = false;
  return {
    enter: async () => {
      if (!taken) {
        taken = true;
        return;
      }
      if (waiting.size >= limit) throw unavailable(`${limit} callers wait for the database already; try again later`);
      await new Promise<void>((resolve, reject) => {
        const expire = (): void => {
          waiting.delete(proceed);
          const remedy = 'inside a transaction use its own handle, and keep transactions short';
          reject(unavailable(`the database's connection was in use for ${timeoutMs} ms; ${remedy}`));
        };
        const timer = setTimeout(expire, timeoutMs);
        const proceed = (): void => {
          clearTimeout(timer);
          resolve();
        };
        waiting.add(proceed);
      });
    },
    leave: () => {
      const [next] = waiting;
      if (next === undefined) {
        taken = false;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
}
