import { AssayError } from '@assay/verify';
import { unavailable } from '../failure.ts';

/** Rules of a table that a row can break. */
export type ConstraintKind = 'unique' | 'foreign-key' | 'not-null' | 'check';

/** A row broke a rule of its table. It names the table and never a value. */
export class ConstraintViolation extends Error {
  override readonly name = 'ConstraintViolation';
  readonly kind: ConstraintKind;

  constructor(kind: ConstraintKind, table: string | undefined) {
    super(`a row breaks a rule of ${table === undefined ? 'its table' : `the table ${table}`}: ${kind}`);
    this.kind = kind;
  }
}

/** The transaction lost against another one and was rolled back: it can be run again. */
export class TransactionConflict extends AssayError {
  constructor(cause: unknown) {
    super('unavailable', 'the transaction lost against others that changed the same rows; try again', {}, { cause });
  }
}

/** Whether an error is of the whole transaction, not of a statement in it. */
export function endsTransaction(error: unknown): boolean {
  return error instanceof AssayError && error.code === 'unavailable';
}

/** A text member of an error that a driver has thrown. */
function textOf(error: unknown, member: string): string | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, member) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Extended result codes of SQLite. */
const SQLITE_CONSTRAINTS: ReadonlyMap<number, ConstraintKind> = new Map([
  [2067, 'unique'],
  [1555, 'unique'],
  [2579, 'unique'],
  [787, 'foreign-key'],
  [1299, 'not-null'],
  [275, 'check'],
]);

/** Primary result codes of SQLite that pass: I/O error, full, cannot open, protocol, read-only, out of memory. */
const SQLITE_UNAVAILABLE: readonly number[] = [7, 8, 10, 13, 14, 15];

/** Result code of SQLite, 0 for another error. */
function sqliteCode(error: unknown): number {
  const code: unknown = textOf(error, 'code') === 'ERR_SQLITE_ERROR' ? Reflect.get(Object(error), 'errcode') : 0;
  return typeof code === 'number' ? code : 0;
}

/** Whether another connection holds the lock. */
export function isSqliteBusy(error: unknown): boolean {
  return (sqliteCode(error) & 0xff) === 5;
}

/** What an error of `node:sqlite` means to a caller; errors of the SQL itself stay as they are. */
export function fromSqlite(error: unknown): unknown {
  const code = sqliteCode(error);
  const kind = SQLITE_CONSTRAINTS.get(code);
  if (kind !== undefined)
    return new ConstraintViolation(kind, /: (\w+)\.\w+/.exec(textOf(error, 'message') ?? '')?.[1]);
  const primary = code & 0xff;
  if (primary === 5) return unavailable('another process holds the lock of the database; try again', error);
  if (primary === 11 || primary === 26) {
    const message = 'the file is no SQLite database, or is damaged; restore it from a backup, or name another file';
    return new AssayError('malformed', message, { field: 'file' }, { cause: error });
  }
  if (SQLITE_UNAVAILABLE.includes(primary)) {
    return unavailable(
      `SQLite cannot work on its file: ${textOf(error, 'errstr')}; look at its disk and folder`,
      error,
    );
  }
  if (textOf(error, 'code') === 'ERR_OUT_OF_RANGE') {
    return new AssayError('malformed', 'an integer in the database is beyond 2^53 - 1', {}, { cause: error });
  }
  return error;
}

/** SQLSTATEs of Postgres. */
const POSTGRES_CONSTRAINTS: ReadonlyMap<string, ConstraintKind> = new Map([
  ['23505', 'unique'],
  ['23503', 'foreign-key'],
  ['23502', 'not-null'],
  ['23514', 'check'],
]);

/** SQLSTATE of an error that the server has sent. */
export function sqlState(error: unknown): string | undefined {
  const code = textOf(error, 'code');
  return code !== undefined && textOf(error, 'severity') !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the connection is of no more use. */
export function endsConnection(error: unknown): boolean {
  const state = sqlState(error);
  return !(error instanceof AssayError) && (state === undefined || /^(?:08|57P|25P0[34])/.test(state));
}

/** What an error of `pg` means to a caller; errors of the SQL itself stay as they are. */
export function fromPostgres(error: unknown): unknown {
  if (error instanceof AssayError) return error;
  const state = sqlState(error);
  if (state === undefined) {
    const reason = textOf(error, 'message') || textOf(error, 'code') || 'no reason given';
    return unavailable(`no answer from Postgres: ${reason}; is it running, and is the URL right?`, error);
  }
  const kind = POSTGRES_CONSTRAINTS.get(state);
  if (kind !== undefined) return new ConstraintViolation(kind, textOf(error, 'table'));
  if (state === '40001' || state === '40P01') return new TransactionConflict(error);
  if (/^(?:28|3D)/.test(state)) {
    const message = `Postgres refuses the connection: ${textOf(error, 'message')}; correct the URL`;
    return new AssayError('usage', message, { field: 'url' }, { cause: error });
  }
  if (/^(?:08|53|57|58|25P0[34])/.test(state)) {
    return unavailable(`Postgres cannot do it now: ${textOf(error, 'message')} (${state}); try again`, error);
  }
  return error;
}
