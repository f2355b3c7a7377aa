import { AssayError } from '@assay/verify';
import type { Bits } from './bits.ts';
import type { Content } from './content.ts';
import { PEER_LIMITS } from './limits.ts';
import type { BlockRange } from './message.ts';
import { type Metainfo, pieceBytes } from './metainfo.ts';
import type { Picker } from './picker.ts';

/** The pieces that are loaded over one connection. */
export interface Loading {
  /** Blocks to ask for now. */
  readonly next: (theirs: Bits) => readonly BlockRange[];
  /** Takes a block; the piece, once it is whole, right and written. Throws `malformed` where it is not the torrent's. */
  readonly take: (piece: number, begin: number, block: Uint8Array) => Promise<number | undefined>;
  /** Whether blocks were asked for that did not come yet. */
  readonly waiting: () => boolean;
  /** Gives everything back to others. */
  readonly stop: () => void;
}

interface Begun {
  readonly bytes: Uint8Array;
  /** What is asked for next. */
  next: number;
  /** Where blocks begin that were asked for. */
  readonly asked: Set<number>;
}

/** Loads pieces one after the other, several requests ahead. */
export function createLoading(metainfo: Metainfo, content: Content, picker: Picker): Loading {
  const begun = new Map<number, Begun>();
  const asked = (): number => [...begun.values()].reduce((sum, piece) => sum + piece.asked.size, 0);
  return {
    next(theirs) {
      const ranges: BlockRange[] = [];
      for (let room = PEER_LIMITS.pipeline - asked(); room > 0; room -= 1) {
        const range = nextBlock(begun) ?? firstBlock(begun, metainfo, picker.take(theirs));
        if (range === undefined) break;
        ranges.push(range);
      }
      return ranges;
    },
    async take(piece, begin, block) {
      const loaded = begun.get(piece);
      // What was asked for before a choke may still come.
      if (loaded?.asked.has(begin) !== true) return undefined;
      if (block.length !== blockBytes(loaded, begin)) {
        throw new AssayError('malformed', `piece ${piece}: a block of ${block.length} bytes`, { field: 'block' });
      }
      loaded.asked.delete(begin);
      loaded.bytes.set(block, begin);
      if (loaded.asked.size > 0 || loaded.next < loaded.bytes.length) return undefined;
      begun.delete(piece);
      try {
        if (await content.write(piece, loaded.bytes)) return piece;
      } finally {
        picker.release(piece);
      }
      throw new AssayError('malformed', `piece ${piece}: not the bytes of the torrent`, { field: 'piece' });
    },
    waiting: () => begun.size > 0,
    stop() {
      for (const piece of begun.keys()) picker.release(piece);
      begun.clear();
    },
  };
}

function nextBlock(begun: ReadonlyMap<number, Begun>): BlockRange | undefined {
  for (const [piece, loaded] of begun) {
    if (loaded.next >= loaded.bytes.length) continue;
    const begin = loaded.next;
    loaded.asked.add(begin);
    loaded.next += PEER_LIMITS.block;
    return { piece, begin, length: blockBytes(loaded, begin) };
  }
  return undefined;
}

function firstBlock(begun: Map<number, Begun>, metainfo: Metainfo, piece: number | undefined): BlockRange | undefined {
  if (piece === undefined) return undefined;
  begun.set(piece, { bytes: new Uint8Array(pieceBytes(metainfo, piece)), next: 0, asked: new Set() });
  return nextBlock(begun);
}

function blockBytes({ bytes }: Begun, begin: number): number {
  return Math.min(PEER_LIMITS.block, bytes.length - begin);
}
