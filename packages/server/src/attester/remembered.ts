/** How long an answer is good for, by which clock. */
export interface RememberedOptions {
  /** Counted from when it was asked for. */
  readonly lifeMs: number;
  readonly clock: () => Date;
}

/** A failure is told to all who ask within this time, so that asking again and again costs nothing. */
const FAILURE_MS = 1000;

interface Made<T> {
  readonly promise: Promise<T>;
  readonly at: number;
  /** Undefined while it is being made. */
  lifeMs: number | undefined;
}

/** One answer for all who ask: made by one call at a time, and used again as long as it lives. */
export function remembered<T>(make: () => Promise<T>, { lifeMs, clock }: RememberedOptions): () => Promise<T> {
  let last: Made<T> | undefined;
  return () => {
    const now = clock().getTime();
    if (last !== undefined && isGood(last, now)) return last.promise;
    const made: Made<T> = { promise: make(), at: now, lifeMs: undefined };
    last = made;
    made.promise.then(
      () => {
        made.lifeMs = lifeMs;
      },
      () => {
        made.lifeMs = FAILURE_MS;
      },
    );
    return made.promise;
  };
}

/** A clock that was set back must not make an answer live longer. */
function isGood({ at, lifeMs }: Made<unknown>, now: number): boolean {
  return lifeMs === undefined || (now >= at && now - at < lifeMs);
}
