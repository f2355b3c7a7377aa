import { insertRows } from '@assay/store';
import type { UnixSeconds } from '@assay/verify/codec';
import type { Amounts } from '../users/account.ts';
import { type EntryContent, NO_ENTRY, nextEntry } from './entry.ts';
import { createPieces, type Pieces } from './pieces.ts';
import type { TrackerDatabase, TrackerSchema, TrackerTransaction, UserRow } from './schema.ts';

/** The last entry of a ledger, and how many there are. */
export interface Head {
  readonly size: number;
  readonly hash: Uint8Array;
}

/** One transaction's work on the ledger: entries gather, and are written at its end. */
export interface Book {
  readonly trx: TrackerTransaction;
  readonly head: () => Head;
  /** Of the changes that this transaction makes to users. */
  readonly revision: number;
  readonly pieces: Pieces;
  /** Adds an entry and answers its number; `booked` is what must not be booked again. */
  readonly add: (content: EntryContent, at: UnixSeconds, booked?: Uint8Array) => number;
  /** The number under which something was booked: before, or in this transaction. */
  readonly bookedAs: (booked: Uint8Array) => Promise<number | undefined>;
  readonly change: (user: number, amounts: Partial<Amounts>) => void;
  /** A user's row with what this transaction has changed of its amounts. */
  readonly user: (number: number) => Promise<UserRow>;
  /** Marks a user as changed in another way. */
  readonly touch: (user: number) => void;
  /** Writes all, and answers the users that are changed, as they are now. */
  readonly finish: () => Promise<readonly UserRow[]>;
}

const AMOUNTS = ['uploaded', 'downloaded', 'granted', 'imported', 'exported'] as const;
const NOTHING: Amounts = { uploaded: 0, downloaded: 0, granted: 0, imported: 0, exported: 0 };

/** Makes the head of a ledger that has no entries yet. */
export async function beginLedger(db: TrackerDatabase): Promise<void> {
  const nothing = { id: 1, size: 0, hash: NO_ENTRY, revision: 0 };
  await db.sql
    .insertInto('tracker_head')
    .values(nothing)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Opens the ledger for one transaction. */
export async function openBook(trx: TrackerTransaction): Promise<Book> {
  // A write, so that writers of other processes wait here, and begin again where they lost.
  const { size, hash, revision } = await trx
    .updateTable('tracker_head')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .returning(['size', 'hash', 'revision'])
    .executeTakeFirstOrThrow();
  let head: Head = { size, hash };
  const rows: TrackerSchema['tracker_ledger'][] = [];
  const here = new Map<string, number>();
  const changes = new Map<number, Amounts>();
  const pieces = createPieces(trx);

  const change = (user: number, amounts: Partial<Amounts>): void => {
    const before = changes.get(user) ?? NOTHING;
    const after = { ...before };
    for (const name of AMOUNTS) after[name] += amounts[name] ?? 0;
    changes.set(user, after);
  };
  const update = async (number: number, amounts: Amounts): Promise<readonly UserRow[]> =>
    trx
      .updateTable('tracker_users')
      .set(({ eb }) => ({
        uploaded: eb('uploaded', '+', amounts.uploaded),
        downloaded: eb('downloaded', '+', amounts.downloaded),
        granted: eb('granted', '+', amounts.granted),
        imported: eb('imported', '+', amounts.imported),
        exported: eb('exported', '+', amounts.exported),
        revision,
      }))
      .where('number', '=', number)
      .returningAll()
      .execute();
  return {
    trx,
    head: () => head,
    revision,
    pieces,
    add: (content, at, booked) => {
      const sequence = head.size;
      const next = nextEntry(content, { sequence, previous: head.hash, at });
      rows.push({ sequence, booked: booked ?? null, entry: next.text, hash: next.hash });
      if (booked !== undefined) here.set(keyOf(booked), sequence);
      head = { size: sequence + 1, hash: next.hash };
      return sequence;
    },
    bookedAs: async (booked) => {
      const known = here.get(keyOf(booked));
      if (known !== undefined) return known;
      const row = await trx
        .selectFrom('tracker_ledger')
        .select('sequence')
        .where('booked', '=', booked)
        .executeTakeFirst();
      return row?.sequence;
    },
    change,
    user: async (number) => {
      const row = await trx
        .selectFrom('tracker_users')
        .selectAll()
        .where('number', '=', number)
        .executeTakeFirstOrThrow();
      const changed = { ...row };
      for (const name of AMOUNTS) changed[name] += changes.get(number)?.[name] ?? 0;
      return changed;
    },
    touch: (user) => change(user, {}),
    finish: async () => {
      await insertRows(trx, 'tracker_ledger', rows);
      await pieces.finish();
      const users: UserRow[] = [];
      // In one order for all, so that transactions of other processes do not wait for each other in a circle.
      for (const [number, amounts] of [...changes].sort(([one], [other]) => one - other)) {
        users.push(...(await update(number, amounts)));
      }
      await trx.updateTable('tracker_head').set(head).execute();
      return users;
    },
  };
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
