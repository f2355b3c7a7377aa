const DAY = 86_400_000;

/**
 * What is made anew on each day (UTC) of the clock: documents of a vendor expire, and one that runs for weeks must not
 * serve those of its first day. What cannot be made is tried again at the next call.
 *
 * @example
 * const service = eachDay((now) => createPcsService({ ...vendor, now }, options), () => new Date());
 * const handler = async (request: Request) => (await service())(request);
 */
export function eachDay<T>(make: (now: Date) => T | Promise<T>, clock: () => Date): () => Promise<T> {
  let made: { readonly day: number; readonly value: Promise<T> } | undefined;
  return () => {
    const now = clock();
    const day = Math.floor(now.getTime() / DAY);
    if (made?.day === day) return made.value;
    const current = { day, value: Promise.resolve().then(() => make(now)) };
    made = current;
    current.value.catch(() => {
      if (made === current) made = undefined;
    });
    return current.value;
  };
}
