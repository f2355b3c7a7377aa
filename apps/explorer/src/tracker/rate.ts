/** A count that grows, as it was at an instant. */
export interface Sample {
  /** Milliseconds, of a clock that never goes back. */
  readonly at: number;
  readonly count: number;
  /** Since when it counts, Unix seconds: another one is another count. */
  readonly since: number;
}

/** How fast a count grew up to an instant. */
export interface Rate {
  readonly at: number;
  /** Undefined where it began anew meanwhile. */
  readonly perSecond: number | undefined;
}

/** Milliseconds that samples are kept. */
export const WINDOW_MS = 300_000;
/** The most samples that are kept: one each second. */
const MOST = 300;

/** Samples with one more, without what is too old. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples.filter(({ at }) => at >= sample.at - WINDOW_MS && at < sample.at), sample].slice(-MOST);
}

/** The rates between samples that follow each other: one fewer than these. */
export function ratesOf(samples: readonly Sample[]): readonly Rate[] {
  return samples.slice(1).map(({ at, count, since }, index) => {
    const before = samples[index];
    const same = before !== undefined && before.since === since && before.count <= count && before.at < at;
    return { at, perSecond: same ? ((count - before.count) * 1000) / (at - before.at) : undefined };
  });
}
