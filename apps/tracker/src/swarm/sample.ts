/** A number from 0 up to, but without, `bound`. */
export type Random = (bound: number) => number;

/** Remembers which indexes are drawn already. */
export interface Marks {
  readonly drawn: Uint32Array;
  round: number;
}

/** Marks for up to so many indexes. */
export function createMarks(length: number): Marks {
  return { drawn: new Uint32Array(length), round: 0 };
}

/**
 * Draws `wanted` different indexes of those from `start` up to `end`, but never `except`: each choice is equally likely,
 * and it costs as many steps as are wanted, however many there are (Floyd's algorithm).
 */
export function sample(
  marks: Marks,
  random: Random,
  range: { readonly start: number; readonly end: number; readonly except: number },
  wanted: number,
  take: (index: number) => void,
): void {
  const { start, end, except } = range;
  const excepted = except >= start && except < end;
  const there = end - start - (excepted ? 1 : 0);
  // The one that is left out trades places with the last.
  const give = (index: number): void => take(excepted && start + index === except ? end - 1 : start + index);
  if (there <= wanted) {
    for (let index = 0; index < there; index += 1) give(index);
    return;
  }
  marks.round += 1;
  if (marks.round === 0xffff_ffff) {
    marks.drawn.fill(0);
    marks.round = 1;
  }
  for (let last = there - wanted; last < there; last += 1) {
    const drawn = random(last + 1);
    const index = marks.drawn[drawn] === marks.round ? last : drawn;
    marks.drawn[index] = marks.round;
    give(index);
  }
}

/** A fast generator (xorshift128) that starts from four words; for samples, never for secrets. */
export function createRandom(seed: readonly [number, number, number, number]): Random {
  let [x, y, z, w] = [seed[0] | 1, seed[1] | 0, seed[2] | 0, seed[3] | 0];
  return (bound) => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return Math.floor(((w >>> 0) / 0x1_0000_0000) * bound);
  };
}
