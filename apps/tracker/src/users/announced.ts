import { ConstraintViolation, insertRows } from '@assay/store';
import type { Announced } from '../announce/gate.ts';
import type { TrackerDatabase } from '../ledger/schema.ts';
import type { Directory } from './directory.ts';

/** Who announced what in the last epochs: in memory, and written now and then, so that it outlives the process. */
export interface AnnouncedIndex {
  readonly note: (announced: Pick<Announced, 'user' | 'infohash' | 'epoch' | 'left'>) => void;
  /**
   * Whether a user announced a torrent in that epoch or the one before: a receiver as one that lacks some of it, which only
   * users of the ratio for it may. Asks the store only where memory says no.
   */
  readonly has: (user: number, infohash: Uint8Array, epoch: number, as: Role) => boolean | Promise<boolean>;
  /** Writes what is only in memory yet. */
  readonly flush: () => Promise<void>;
}

/** What a user of a receipt did. */
export type Role = 'sender' | 'receiver';

/** Values of `leeching` by which one may be that. */
const STATES: Readonly<Record<Role, readonly Row['leeching'][]>> = { sender: [1, 0], receiver: [1] };

/** Epochs that are kept: a receipt of the epoch before this one may rest on an announce of the one before that. */
const KEPT_EPOCHS = 3;
/** Announces that are remembered: those of a million peers in three epochs. Of more only the store knows. */
const MOST_REMEMBERED = 4_000_000;
/** Announces that may wait to be written; more wait in memory only until their users announce again. */
const MOST_WAITING = 65_536;
const LARGEST_WRITE = 1_024;
const SMALL_WRITE = 64;

interface Row {
  readonly user_number: number;
  readonly infohash: Uint8Array;
  readonly epoch: number;
  /** Whether it lacked some of the torrent. */
  readonly leeching: 0 | 1;
}

/** Version 2 torrents announce the first 20 bytes of their infohash (BEP 52). */
export function announcedHash(infohash: Uint8Array): Uint8Array {
  return infohash.length === 20 ? infohash : infohash.slice(0, 20);
}

const keyOf = (infohash: Uint8Array, leeching: Row['leeching']): string =>
  `${leeching}${Buffer.from(infohash.buffer, infohash.byteOffset, infohash.byteLength).toString('latin1')}`;

/** Reads what was announced in the epochs before `epoch`, and in it. */
export async function openAnnounced(
  db: TrackerDatabase,
  directory: Pick<Directory, 'byId'>,
  epoch: number,
  mostRemembered: number = MOST_REMEMBERED,
): Promise<AnnouncedIndex> {
  /** By epoch, then by torrent: the users' numbers. */
  const epochs = new Map<number, Map<string, Set<number>>>();
  let remembered = 0;
  let waiting: Row[] = [];
  let pruned = -1;

  /** False where it was there already. */
  const remember = ({ user_number: user, infohash, epoch: at, leeching }: Row): boolean => {
    let torrents = epochs.get(at);
    if (torrents === undefined) {
      torrents = new Map();
      epochs.set(at, torrents);
      const newest = Math.max(...epochs.keys());
      for (const [old, forgotten] of epochs) {
        if (old > newest - KEPT_EPOCHS) continue;
        for (const users of forgotten.values()) remembered -= users.size;
        epochs.delete(old);
      }
    }
    const key = keyOf(infohash, leeching);
    const users = torrents.get(key) ?? new Set();
    if (users.has(user)) return false;
    if (remembered >= mostRemembered) return true;
    if (users.size === 0) torrents.set(key, users);
    users.add(user);
    remembered += 1;
    return true;
  };
  const write = async (rows: readonly Row[]): Promise<void> => {
    try {
      await db.transaction((trx) => insertRows(trx, 'tracker_announced', rows));
    } catch (error) {
      if (!(error instanceof ConstraintViolation)) throw error;
      // Another process was told the same, or this one before it was started again.
      for (let start = 0; start < rows.length; start += SMALL_WRITE) {
        await db.sql
          .insertInto('tracker_announced')
          .values(rows.slice(start, start + SMALL_WRITE))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    }
  };
  /** Forgets in the store what memory has forgotten. */
  const prune = async (newest: number): Promise<void> => {
    if (newest <= pruned) return;
    await db.sql
      .deleteFrom('tracker_announced')
      .where('epoch', '<=', newest - KEPT_EPOCHS)
      .execute();
    pruned = newest;
  };
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const rows = waiting.slice(0, LARGEST_WRITE);
      waiting = waiting.slice(LARGEST_WRITE);
      try {
        await write(rows);
      } catch (error) {
        waiting = [...rows, ...waiting].slice(0, MOST_WAITING);
        throw error;
      }
    }
    await prune(Math.max(-1, ...epochs.keys()));
  };
  const stored = async (user: number, infohash: Uint8Array, at: number, as: Role): Promise<boolean> => {
    const rows = await db.sql
      .selectFrom('tracker_announced')
      .selectAll()
      .where('epoch', 'in', [at, at - 1])
      .where('infohash', '=', infohash)
      .where('user_number', '=', user)
      .where('leeching', 'in', STATES[as])
      .execute();
    for (const row of rows) remember(row);
    return rows.length > 0;
  };
  await prune(epoch);
  return {
    note: ({ user, infohash, epoch: at, left }) => {
      const number = directory.byId(user)?.number;
      if (number === undefined) return;
      const hash = new Uint8Array(announcedHash(infohash));
      const row: Row = { user_number: number, infohash: hash, epoch: at, leeching: left > 0 ? 1 : 0 };
      if (remember(row) && waiting.length < MOST_WAITING) waiting.push(row);
    },
    has: (user, infohash, at, as) => {
      const hash = announcedHash(infohash);
      const keys = STATES[as].map((leeching) => keyOf(hash, leeching));
      const known = [at, at - 1].some((one) => keys.some((key) => epochs.get(one)?.get(key)?.has(user)));
      return known || stored(user, hash, at, as);
    },
    flush,
  };
}
