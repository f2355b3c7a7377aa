import type { KeyObject } from 'node:crypto';
import { createGroupCommit } from '@assay/store';
import { AssayError } from '@assay/verify';
import { toHex, type UnixSeconds } from '@assay/verify/codec';
import type { Directory } from '../users/directory.ts';
import { beginLedger, openBook } from './book.ts';
import { type Booked, book, type Item } from './bookings.ts';
import type { Checkpoint, EntryProof } from './documents.ts';
import { consistencyPath, inclusionPath, rootOfRange } from './merkle.ts';
import type { TrackerDatabase, TrackerSchema, TrackerTransaction, UserRow } from './schema.ts';
import { signDocument } from './signed.ts';
import { completeTiles, subtreesOf } from './tiles.ts';

/** The ledger of one tracker: written in groups, answered after the commit. */
export interface Ledger {
  readonly write: (item: Item) => Promise<Booked>;
  /** Number of entries, as far as this process knows. */
  readonly entries: () => number;
  /** Looks what other processes wrote. */
  readonly refresh: () => Promise<void>;
  readonly checkpoint: () => Promise<Checkpoint>;
  readonly proofs: (sequences: readonly number[], size: number) => Promise<readonly EntryProof[] | undefined>;
  readonly consistency: (from: number, to: number) => Promise<readonly string[] | undefined>;
  readonly close: () => Promise<void>;
}

/** Items that are written in one transaction, and that may wait. */
const LIMITS = { largest: 64, limit: 4_096 } as const;
/** Entries that are proven at once. */
const MOST_PROOFS = 4_096;

/** Opens a ledger; users that a write changes are in `directory` when it is answered. */
export async function openLedger(
  db: TrackerDatabase,
  options: {
    readonly tracker: string;
    readonly signingKey: KeyObject;
    readonly directory: Directory;
    readonly now: () => UnixSeconds;
  },
): Promise<Ledger> {
  const { tracker, signingKey, directory, now } = options;
  interface Written {
    readonly booked: Booked;
    readonly users: readonly UserRow[];
    readonly size: number;
  }
  const group = createGroupCommit<TrackerSchema, Item, Written>(db, {
    ...LIMITS,
    write: async (trx: TrackerTransaction, items) => {
      const to = await openBook(trx);
      const booked: Booked[] = [];
      for (const item of items) booked.push(await book(to, item));
      const users = await to.finish();
      const { size: written } = to.head();
      return booked.map((one) => ({ booked: one, users, size: written }));
    },
  });
  const size = async (): Promise<number> =>
    (await db.sql.selectFrom('tracker_head').select('size').executeTakeFirstOrThrow()).size;
  await beginLedger(db);
  let entries = await size();
  return {
    write: async (item) => {
      const written = await group.add(item);
      directory.apply(written.users);
      entries = Math.max(entries, written.size);
      return written.booked;
    },
    entries: () => entries,
    refresh: async () => {
      entries = Math.max(entries, await size());
    },
    checkpoint: async () => {
      const { size: count, hash } = await db.sql.selectFrom('tracker_head').selectAll().executeTakeFirstOrThrow();
      await completeTiles(db, count);
      const root = await rootOfRange(subtreesOf(db), 0, count);
      const content = {
        schema: 'assay.tracker-checkpoint/1',
        tracker,
        size: count,
        root: toHex(root),
        head: toHex(hash),
        issuedAt: now(),
      } as const;
      return signDocument(content, signingKey);
    },
    proofs: async (sequences, at) => {
      if (sequences.length > MOST_PROOFS) {
        const message = `sequences: ${sequences.length}; ask for at most ${MOST_PROOFS} at once`;
        throw new AssayError('usage', message, { field: 'sequences' });
      }
      const possible = (sequence: number): boolean => Number.isSafeInteger(sequence) && sequence >= 0 && sequence < at;
      if (!Number.isSafeInteger(at) || at > (await size()) || !sequences.every(possible)) return undefined;
      await completeTiles(db, at);
      const subtree = subtreesOf(db);
      const proofs: EntryProof[] = [];
      for (const sequence of sequences) {
        const row = await db.sql
          .selectFrom('tracker_ledger')
          .select('entry')
          .where('sequence', '=', sequence)
          .executeTakeFirstOrThrow();
        const path = await inclusionPath(subtree, sequence, at);
        proofs.push({ sequence, entry: row.entry, path: path.map(toHex) });
      }
      return proofs;
    },
    consistency: async (from, to) => {
      const possible = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to;
      if (!possible || to > (await size())) return undefined;
      if (from === 0 || from === to) return [];
      await completeTiles(db, to);
      return (await consistencyPath(subtreesOf(db), from, to)).map(toHex);
    },
    close: group.close,
  };
}
