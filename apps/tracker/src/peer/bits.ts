import { AssayError } from '@assay/verify';

/** A set of pieces. */
export interface Bits {
  readonly has: (piece: number) => boolean;
  readonly add: (piece: number) => void;
  /** How many are in it. */
  readonly count: () => number;
  /** As the message has it: the first piece is the highest bit. A copy. */
  readonly bytes: () => Uint8Array;
}

/** No pieces of so many; or those of a bitfield. Throws `malformed` for a bitfield of another length. */
export function createBits(pieces: number, from?: Uint8Array): Bits {
  const length = Math.ceil(pieces / 8);
  if (from !== undefined && from.length !== length) {
    throw new AssayError('malformed', `bitfield: ${from.length} bytes, expected ${length}`, { field: 'bitfield' });
  }
  const bytes = from?.slice() ?? new Uint8Array(length);
  const spare = length * 8 - pieces;
  if (((bytes[length - 1] ?? 0) & (2 ** spare - 1)) !== 0) {
    throw new AssayError('malformed', 'bitfield: bits beyond the last piece', { field: 'bitfield' });
  }
  const has = (piece: number): boolean => ((bytes[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0;
  let count = 0;
  for (let piece = 0; piece < pieces; piece += 1) if (has(piece)) count += 1;
  return {
    has,
    add: (piece) => {
      if (piece >= pieces || has(piece)) return;
      bytes[piece >> 3] = (bytes[piece >> 3] ?? 0) | (0x80 >> (piece & 7));
      count += 1;
    },
    count: () => count,
    bytes: () => bytes.slice(),
  };
}
