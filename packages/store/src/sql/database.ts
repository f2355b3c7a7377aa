import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, sql, type Transaction } from 'kysely';
import { checkLimits, usage } from '../failure.ts';
import { TransactionConflict } from './errors.ts';
import { postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';
import { type Durability, openSqliteFile } from './sqlite-file.ts';

/** Engines with one schema and one behaviour. */
export type Engine = 'sqlite' | 'postgres';

/** A database that is open. */
export interface Database<Schema> extends AsyncDisposable {
  readonly engine: Engine;
  /** Kysely, for single statements. */
  readonly sql: Kysely<Schema>;
  /**
   * Runs work in one serialisable transaction. What loses against another transaction is run again, so work must do
   * nothing but use the handle that it gets. Throws `unavailable` when it lost ten times, or the database is away; when
   * that happened at the commit, nobody knows whether it was done.
   */
  readonly transaction: <T>(work: (transaction: Transaction<Schema>) => Promise<T>) => Promise<T>;
  /** Ends what runs, and closes. */
  readonly close: () => Promise<void>;
}

interface Limits {
  /** Longest wait for a lock, a connection, or a statement of Postgres, in milliseconds; 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Callers that may wait for a connection; 1,024 unless given. */
  readonly waiting?: number;
}

/** SQLite in a file, or Postgres behind a URL with at most `connections` (10). */
export type DatabaseOptions = Limits &
  (
    | { readonly file: string; readonly durability?: Durability }
    | { readonly url: string; readonly connections?: number }
  );

const ATTEMPTS = 10;

async function transact<Schema, T>(
  kysely: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await kysely.transaction().setIsolationLevel('serializable').execute(work);
    } catch (error) {
      if (!(error instanceof TransactionConflict) || attempt === ATTEMPTS) throw error;
    }
    await pause(Math.random() * 2 ** attempt);
  }
}

async function checkPostgres<Schema>(kysely: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ readonly server_encoding: string }>`show server_encoding`.execute(kysely);
  const encoding = rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw usage(`the database's encoding is ${encoding}; make one with encoding UTF8`, {
    field: 'url',
    expected: 'UTF8',
  });
}

/** Opens a database; a file that is missing is made. Throws `usage` for a wrong URL or file, else `unavailable`. */
export async function openDatabase<Schema>(options: DatabaseOptions): Promise<Database<Schema>> {
  const { timeoutMs = 30_000, waiting = 1_024 } = options;
  const connections = 'url' in options ? (options.connections ?? 10) : 1;
  const limits = { timeoutMs, waiting };
  checkLimits({ ...limits, connections });
  const engine = 'file' in options ? 'sqlite' : 'postgres';
  const dialect =
    'file' in options
      ? sqliteDialect(await openSqliteFile(options.file, options.durability ?? 'process', timeoutMs), limits)
      : postgresDialect({ url: options.url, connections, ...limits });
  const kysely = new Kysely<Schema>({ dialect });
  const close = (): Promise<void> => kysely.destroy();
  try {
    await (engine === 'sqlite' ? sql`select 1`.execute(kysely) : checkPostgres(kysely));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    engine,
    sql: kysely,
    transaction: (work) => transact(kysely, work),
    close,
    [Symbol.asyncDispose]: close,
  };
}
