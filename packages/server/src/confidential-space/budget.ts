/** Takes one request out of a budget: 0 when there is one, else the milliseconds until there is. */
export type Budget = () => number;

const SECOND = 1000;

/**
 * At most so many requests in any second. Share one among all that ask Google: it allows a project 5 tokens a second in
 * a region.
 */
export function createBudget(perSecond: number, clock: () => Date): Budget {
  let taken: readonly number[] = [];
  return () => {
    const now = clock().getTime();
    // What seems to lie ahead was taken before the clock was set back.
    taken = taken.filter((at) => at <= now && now - at < SECOND);
    const [oldest] = taken;
    if (oldest !== undefined && taken.length >= perSecond) return oldest + SECOND - now;
    taken = [...taken, now];
    return 0;
  };
}
