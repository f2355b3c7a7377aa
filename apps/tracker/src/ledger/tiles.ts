import { ConstraintViolation, insertRows } from '@assay/store';
import { AssayError } from '@assay/verify';
import { nodeHash, type Subtree } from './merkle.ts';
import type { TrackerDatabase, TrackerTransaction } from './schema.ts';

/** Leaves of a tile: one hash of 256 hashes of the level below is kept, so that proofs read few rows. */
const BITS = 8;
const WIDTH = 2 ** BITS;
/** Tiles that one transaction makes. */
const AT_ONCE = 32;

type Reader = Pick<TrackerTransaction, 'selectFrom'>;

/** The hashes of a level of tiles, level 0 being the entries'. */
async function hashesOf(from: Reader, level: number, start: number, count: number): Promise<readonly Uint8Array[]> {
  const rows =
    level === 0
      ? await from
          .selectFrom('tracker_ledger')
          .select('hash')
          .where('sequence', '>=', start)
          .where('sequence', '<', start + count)
          .orderBy('sequence')
          .execute()
      : await from
          .selectFrom('tracker_tiles')
          .select('hash')
          .where('level', '=', level)
          .where('position', '>=', start)
          .where('position', '<', start + count)
          .orderBy('position')
          .execute();
  if (rows.length === count) return rows.map(({ hash }) => hash);
  const what = level === 0 ? 'entries' : `tiles of level ${level}`;
  throw new AssayError('unavailable', `the ledger lacks ${what} from ${start}; restore it, and run its check`);
}

function combine(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    level = above;
  }
  const [root] = level;
  if (root === undefined) throw new AssayError('usage', 'no hashes to combine');
  return root;
}

/** Makes the tiles that are complete in a ledger of that size. Several processes may do so at once. */
export async function completeTiles(db: TrackerDatabase, size: number): Promise<void> {
  for (let level = 1, complete = Math.floor(size / WIDTH); complete > 0; level += 1) {
    const makeSome = async (trx: TrackerTransaction): Promise<number> => {
      const last = await trx
        .selectFrom('tracker_tiles')
        .select('position')
        .where('level', '=', level)
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirst();
      const first = (last?.position ?? -1) + 1;
      const end = Math.min(complete, first + AT_ONCE);
      const rows: { readonly level: number; readonly position: number; readonly hash: Uint8Array }[] = [];
      for (let position = first; position < end; position += 1) {
        rows.push({ level, position, hash: combine(await hashesOf(trx, level - 1, position * WIDTH, WIDTH)) });
      }
      await insertRows(trx, 'tracker_tiles', rows);
      return Math.max(first, end);
    };
    for (let made = 0; made < complete; ) {
      try {
        made = await db.transaction(makeSome);
      } catch (error) {
        // Another process made the same ones: the next look finds them.
        if (!(error instanceof ConstraintViolation)) throw error;
      }
    }
    complete = Math.floor(complete / WIDTH);
  }
}

/** Reads subtrees of a ledger whose tiles are complete for its size; each row once. */
export function subtreesOf(db: TrackerDatabase): Subtree {
  const known = new Map<string, Promise<Uint8Array>>();
  return (level, index) => {
    const key = `${level} ${index}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const tile = Math.floor(level / BITS);
    const count = 2 ** (level - tile * BITS);
    const made = hashesOf(db.sql, tile, index * count, count).then(combine);
    known.set(key, made);
    return made;
  };
}
