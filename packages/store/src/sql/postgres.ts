import { type Dialect, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import { unavailable } from '../failure.ts';
import { endsConnection, fromPostgres, sqlState } from './errors.ts';
import { postgresTypes } from './postgres-types.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import { checkedValues } from './values.ts';

/** Longer than the server's own time-out: only a server that is gone lets it pass. */
const GRACE_MS = 5_000;

/** A client of the pool that checks what goes in, says what went wrong, and is thrown away when its connection broke. */
function guarded(client: PoolClient): PostgresPoolClient {
  let broken = false;
  // The server may end a connection between two statements; unheard, the event would end this process.
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (broken) throw unavailable('the connection to Postgres broke in this transaction; try again');
    const values = checkedValues(parameters);
    try {
      return await client.query(sql, values);
    } catch (error) {
      if (endsConnection(error)) broken = true;
      throw fromPostgres(error);
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => {
      client.off('error', onError);
      client.release(destroy === true || broken);
    },
  };
}

/** Kysely's Postgres dialect over a pool of at most `connections`, for which at most `waiting` callers wait. */
export function postgresDialect(options: {
  readonly url: string;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly waiting: number;
}): Dialect {
  const { url, connections, timeoutMs, waiting } = options;
  const pool = new Pool({
    ...parsePostgresUrl(url),
    application_name: 'assay',
    max: connections,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
    query_timeout: timeoutMs + GRACE_MS,
    keepAlive: true,
    types: postgresTypes,
  });
  // The same for idle connections; the next call gets another one.
  pool.on('error', () => undefined);
  const bounded: PostgresPool = {
    options: {},
    connect: async () => {
      if (pool.waitingCount >= waiting) {
        throw unavailable(`${waiting} callers wait for the database already; try again later`);
      }
      try {
        return guarded(await pool.connect());
      } catch (error) {
        if (sqlState(error) === undefined && pool.totalCount >= connections) {
          const remedy = 'keep transactions short, or allow more connections';
          throw unavailable(
            `all ${connections} connections to Postgres were in use for ${timeoutMs} ms; ${remedy}`,
            error,
          );
        }
        throw fromPostgres(error);
      }
    },
    end: () => pool.end(),
  };
  return new PostgresDialect({ pool: bounded });
}
