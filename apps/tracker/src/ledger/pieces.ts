import type { TrackerTransaction } from './schema.ts';

/** Which pieces of which torrent a user has receipted. */
export interface Pieces {
  /** Takes pieces in a row; false, and takes none, where one of them was taken before. */
  readonly take: (user: number, infohash: Uint8Array, piece: number, count: number) => Promise<boolean>;
  readonly finish: () => Promise<void>;
}

/** Pieces of one row: 512 bytes of bits. */
const BLOCK = 4_096;

interface Block {
  readonly user: number;
  readonly infohash: Uint8Array;
  readonly block: number;
  readonly bits: Uint8Array;
  changed: boolean;
}

/** The pieces within one transaction: each block is read once, and written once at its end. */
export function createPieces(trx: TrackerTransaction): Pieces {
  const blocks = new Map<string, Block>();

  const open = async (user: number, infohash: Uint8Array, block: number): Promise<Block> => {
    const key = `${user} ${block} ${Buffer.from(infohash).toString('latin1')}`;
    const known = blocks.get(key);
    if (known !== undefined) return known;
    const row = await trx
      .selectFrom('tracker_pieces')
      .select('bits')
      .where('user_number', '=', user)
      .where('infohash', '=', infohash)
      .where('block', '=', block)
      .executeTakeFirst();
    const bits = row === undefined ? new Uint8Array(BLOCK / 8) : new Uint8Array(row.bits);
    const opened = { user, infohash, block, bits, changed: false };
    blocks.set(key, opened);
    return opened;
  };
  return {
    take: async (user, infohash, piece, count) => {
      const needed: Block[] = [];
      const first = Math.floor(piece / BLOCK);
      for (let block = first; block * BLOCK < piece + count; block += 1) needed.push(await open(user, infohash, block));
      const place = (
        at: number,
      ): { readonly block: Block | undefined; readonly byte: number; readonly bit: number } => ({
        block: needed[Math.floor(at / BLOCK) - first],
        byte: (at % BLOCK) >> 3,
        bit: 1 << (at & 7),
      });
      for (let at = piece; at < piece + count; at += 1) {
        const { block, byte, bit } = place(at);
        if (((block?.bits[byte] ?? 0) & bit) !== 0) return false;
      }
      for (let at = piece; at < piece + count; at += 1) {
        const { block, byte, bit } = place(at);
        if (block === undefined) continue;
        block.bits[byte] = (block.bits[byte] ?? 0) | bit;
        block.changed = true;
      }
      return true;
    },
    finish: async () => {
      for (const { user, infohash, block, bits, changed } of blocks.values()) {
        if (!changed) continue;
        await trx
          .insertInto('tracker_pieces')
          .values({ user_number: user, infohash, block, bits })
          .onConflict((conflict) => conflict.columns(['user_number', 'infohash', 'block']).doUpdateSet({ bits }))
          .execute();
      }
    },
  };
}
