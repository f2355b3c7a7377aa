import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { type Amounts, balanceOf } from '../users/account.ts';
import { type Entry, entryHash, NO_ENTRY, parseEntry } from './entry.ts';
import type { TrackerDatabase } from './schema.ts';

/** What a walk through the whole ledger found. */
export interface Conservation {
  readonly entries: number;
  readonly users: number;
  /** Users' balances together, in bytes. */
  readonly held: number;
  /** What came in: grants and imports, less exports. Always `held`, since receipts only move credit. */
  readonly issued: number;
  /** What is wrong: broken links, sums that differ. */
  readonly faults: readonly string[];
}

const PAGE = 1_024;
const MOST_FAULTS = 100;
const NAMES = ['uploaded', 'downloaded', 'granted', 'imported', 'exported'] as const;

/** Books every entry again, and compares with what users have. */
export async function checkConservation(db: TrackerDatabase): Promise<Conservation> {
  const faults: string[] = [];
  const fault = (message: string): void => {
    if (faults.length < MOST_FAULTS) faults.push(message);
  };
  const sums = new Map<string, Record<(typeof NAMES)[number], number>>();
  const add = (user: string, name: (typeof NAMES)[number], bytes: number): void => {
    const amounts = sums.get(user);
    if (amounts === undefined) fault(`${user} has entries before his registration`);
    else amounts[name] += bytes;
  };
  let issued = 0;
  const book = (entry: Entry): void => {
    if (entry.kind === 'register') {
      sums.set(entry.user, { uploaded: 0, downloaded: 0, granted: 0, imported: 0, exported: 0 });
    } else if (entry.kind === 'receipt') {
      add(entry.to, 'uploaded', entry.bytes);
      add(entry.from, 'downloaded', entry.bytes);
    } else if (entry.kind === 'grant') {
      add(entry.to, 'granted', entry.bytes);
      issued += entry.bytes;
    } else if (entry.kind === 'import') {
      add(entry.user, 'imported', entry.bytes);
      issued += entry.bytes;
    } else if (entry.kind === 'export') {
      add(entry.user, 'exported', entry.bytes);
      issued -= entry.bytes;
    }
  };
  let entries = 0;
  let previous: Uint8Array = NO_ENTRY;
  for (;;) {
    const rows = await db.sql
      .selectFrom('tracker_ledger')
      .select(['sequence', 'entry', 'hash'])
      .where('sequence', '>=', entries)
      .orderBy('sequence')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const hash = entryHash(row.entry);
      const entry = readable(row.entry);
      if (entry === undefined) {
        fault(`entry ${entries} cannot be read`);
        [entries, previous] = [entries + 1, hash];
        continue;
      }
      if (entry.sequence !== entries || row.sequence !== entries) fault(`entry ${entries} is missing`);
      if (entry.previous !== toHex(previous)) fault(`entry ${entries} does not name the hash of the one before it`);
      if (Buffer.compare(hash, row.hash) !== 0) fault(`entry ${entries} has another hash than the one kept`);
      book(entry);
      [entries, previous] = [entries + 1, hash];
    }
    if (rows.length < PAGE) break;
  }
  const head = await db.sql.selectFrom('tracker_head').selectAll().executeTakeFirstOrThrow();
  if (head.size !== entries) fault(`the head counts ${head.size} entries, there are ${entries}`);
  if (Buffer.compare(head.hash, previous) !== 0) fault('the head has another hash');
  const held = await compareUsers(db, sums, fault);
  if (held !== issued) fault(`users hold ${held} bytes, ${issued} were issued`);
  return { entries, users: sums.size, held, issued, faults };
}

function readable(text: string): Entry | undefined {
  try {
    return parseEntry(text);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return undefined;
    throw error;
  }
}

/** Compares users' rows with the sums of their entries, and answers what all of them hold. */
async function compareUsers(
  db: TrackerDatabase,
  sums: ReadonlyMap<string, Amounts>,
  fault: (message: string) => void,
): Promise<number> {
  let [held, count, last] = [0, 0, 0];
  for (;;) {
    const rows = await db.sql
      .selectFrom('tracker_users')
      .selectAll()
      .where('number', '>', last)
      .orderBy('number')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const amounts = sums.get(row.user_id);
      if (amounts === undefined) fault(`${row.user_id} has no registration in the ledger`);
      for (const name of NAMES) {
        if (amounts !== undefined && amounts[name] !== row[name]) {
          fault(`${row.user_id} has ${name} ${row[name]}, its entries say ${amounts[name]}`);
        }
      }
      held += balanceOf(row);
      [count, last] = [count + 1, row.number];
    }
    if (rows.length < PAGE) break;
  }
  if (count !== sums.size) fault(`${sums.size} users are in the ledger, ${count} in the table`);
  return held;
}
