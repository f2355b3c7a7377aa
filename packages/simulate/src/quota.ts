/** How many requests a service answers in a span of time. */
export interface Quota {
  readonly requests: number;
  readonly seconds: number;
}

/** Counts a request: 0, or the seconds after which the next one will be answered. */
export type Turnstile = () => number;

/** Counts requests over a sliding span; without a quota it lets all through. */
export function createTurnstile(quota: Quota | undefined, clock: () => Date): Turnstile {
  let passed: readonly number[] = [];
  return () => {
    if (quota === undefined) return 0;
    const now = clock().getTime();
    const span = quota.seconds * 1000;
    passed = passed.filter((at) => at > now - span);
    if (passed.length < quota.requests) {
      passed = [...passed, now];
      return 0;
    }
    return Math.max(1, Math.ceil(((passed[0] ?? now) + span - now) / 1000));
  };
}
