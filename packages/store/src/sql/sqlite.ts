import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { usage } from '../failure.ts';
import { createConnectionQueue } from './connection-queue.ts';
import { fromSqlite } from './errors.ts';
import { ROLLBACK_TO_SAVEPOINT } from './savepoint.ts';
import { whenNotBusy } from './sqlite-file.ts';
import { checkedValues } from './values.ts';

/** Prepared statements that are kept, the least used one goes first. */
const KEPT_STATEMENTS = 256;

interface Prepared {
  readonly statement: StatementSync;
  readonly answersRows: boolean;
}

/** Prepares each statement once. */
function statementCache(db: DatabaseSync): (sql: string) => Prepared {
  const kept = new Map<string, Prepared>();
  return (sql) => {
    let prepared = kept.get(sql);
    if (prepared === undefined) {
      const statement = db.prepare(sql);
      prepared = { statement, answersRows: statement.columns().length > 0 };
      const [oldest] = kept.keys();
      if (kept.size >= KEPT_STATEMENTS && oldest !== undefined) kept.delete(oldest);
    } else {
      kept.delete(sql);
    }
    kept.set(sql, prepared);
    return prepared;
  };
}

/** Bound as number, an integer would count as floating-point in expressions. */
function bound(parameters: readonly unknown[]): SQLInputValue[] {
  return checkedValues(parameters).map((value) => (typeof value === 'number' ? BigInt(value) : value));
}

/** One connection for all, whose transactions never interleave: Kysely's own queue knows neither limit nor time. */
class QueuedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

interface SqliteConnection extends DatabaseConnection {
  readonly begin: () => Promise<void>;
  readonly commit: () => void;
  readonly rollback: () => void;
}

/**
 * After a failed statement only a rollback goes, as on Postgres: what works here works there. Transactions take the
 * write lock at their start, so no later statement finds it taken.
 */
function connectionTo(db: DatabaseSync, timeoutMs: number): SqliteConnection {
  const prepare = statementCache(db);
  let failed = false;
  const run = <R>(sql: string, parameters: readonly unknown[]): QueryResult<R> => {
    const { statement, answersRows } = prepare(sql);
    if (answersRows) {
      const rows = statement.all(...bound(parameters)).map((row) => ({ ...row }) as R);
      return { rows };
    }
    return { rows: [], numAffectedRows: BigInt(statement.run(...bound(parameters)).changes) };
  };
  const rollback = (): void => {
    failed = false;
    // A full disk makes SQLite roll back by itself.
    if (db.isTransaction) db.exec('rollback');
  };
  return {
    begin: async () => {
      await whenNotBusy(timeoutMs, () => db.exec('begin immediate'));
      failed = false;
    },
    commit: () => {
      if (failed) {
        rollback();
        throw usage('the transaction was rolled back, since a statement in it failed; let the error pass');
      }
      try {
        db.exec('commit');
      } catch (error) {
        throw fromSqlite(error);
      }
    },
    rollback,
    executeQuery: async <R>({ sql, parameters }: { readonly sql: string; readonly parameters: readonly unknown[] }) => {
      if (!db.isTransaction && !failed) return whenNotBusy(timeoutMs, () => run<R>(sql, parameters));
      if (failed && sql !== ROLLBACK_TO_SAVEPOINT) {
        throw usage('a statement of this transaction has failed; roll it back, or use savepoint()');
      }
      try {
        const result = run<R>(sql, parameters);
        failed = false;
        return result;
      } catch (error) {
        failed = true;
        throw fromSqlite(error);
      }
    },
    streamQuery: () => {
      throw usage('rows cannot be streamed; read them in pages, with limit');
    },
  };
}

/** Kysely's SQLite dialect over an open file; at most `waiting` callers wait for it, each at most `timeoutMs`. */
export function sqliteDialect(
  db: DatabaseSync,
  options: { readonly timeoutMs: number; readonly waiting: number },
): Dialect {
  const { timeoutMs, waiting } = options;
  const queue = createConnectionQueue({ limit: waiting, timeoutMs });
  const connection = connectionTo(db, timeoutMs);
  const driver: Driver = {
    init: async () => undefined,
    acquireConnection: async () => {
      await queue.enter();
      return connection;
    },
    releaseConnection: async () => queue.leave(),
    beginTransaction: () => connection.begin(),
    commitTransaction: async () => connection.commit(),
    rollbackTransaction: async () => connection.rollback(),
    destroy: async () => {
      await queue.enter();
      db.close();
    },
  };
  return {
    createAdapter: () => new QueuedAdapter(),
    createDriver: () => driver,
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
