/** How much a manager did, and how long it took. */
export interface TEEStatistics {
  readonly keyGenerations: number;
  readonly attestationsGenerated: number;
  readonly totalKeyGenTimeMs: number;
  readonly totalAttestationTimeMs: number;
  /** 0 while there was none. */
  readonly avgKeyGenTimeMs: number;
  readonly avgAttestationTimeMs: number;
}

/** Something that was counted: how often, and milliseconds in all. */
export interface Tally {
  readonly count: number;
  readonly totalMs: number;
}

/** Nothing yet. */
export const NO_TALLY: Tally = Object.freeze({ count: 0, totalMs: 0 });

/** One more, which took so long. */
export function tallied({ count, totalMs }: Tally, milliseconds: number): Tally {
  return { count: count + 1, totalMs: totalMs + milliseconds };
}

/** What was counted, as it is told. */
export function statisticsOf(keys: Tally, attestations: Tally): TEEStatistics {
  return {
    keyGenerations: keys.count,
    attestationsGenerated: attestations.count,
    totalKeyGenTimeMs: keys.totalMs,
    totalAttestationTimeMs: attestations.totalMs,
    avgKeyGenTimeMs: mean(keys),
    avgAttestationTimeMs: mean(attestations),
  };
}

function mean({ count, totalMs }: Tally): number {
  return count === 0 ? 0 : totalMs / count;
}
