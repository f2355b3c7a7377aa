import type { Bits } from './bits.ts';

/** Who loads which piece. */
export interface Picker {
  /** A piece that is missing here, that the other side has, and that nobody loads; it is the caller's until released. */
  readonly take: (theirs: Bits) => number | undefined;
  /** Gives a piece back: it was written, or will be loaded by somebody else. */
  readonly release: (piece: number) => void;
  /** Whether the other side has what is missing here. */
  readonly wants: (theirs: Bits) => boolean;
}

/** Pieces are taken from a random place on, so that peers that begin together have something to give each other. */
export function createPicker(here: Bits, pieces: number, random: () => number): Picker {
  const taken = new Set<number>();
  const start = Math.floor(random() * pieces);
  const find = (matches: (piece: number) => boolean): number | undefined => {
    for (let step = 0; step < pieces; step += 1) {
      const piece = (start + step) % pieces;
      if (!here.has(piece) && matches(piece)) return piece;
    }
    return undefined;
  };
  return {
    take(theirs) {
      const piece = find((candidate) => theirs.has(candidate) && !taken.has(candidate));
      if (piece !== undefined) taken.add(piece);
      return piece;
    },
    release: (piece) => void taken.delete(piece),
    wants: (theirs) => find((candidate) => theirs.has(candidate)) !== undefined,
  };
}
