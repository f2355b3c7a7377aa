import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { AssayError } from '@assay/verify';
import { usage } from '../failure.ts';
import { fromSqlite, isSqliteBusy } from './errors.ts';

/** `process`: what was committed survives `kill -9`. `full`: also power loss; each commit waits for the disk. */
export type Durability = 'process' | 'full';

/**
 * Runs work that another process's lock may refuse until it succeeds, or `timeoutMs` have passed. SQLite's own waiting
 * would stop the whole process.
 */
export async function whenNotBusy<T>(timeoutMs: number, work: () => T): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isSqliteBusy(error) || performance.now() - start >= timeoutMs) throw fromSqlite(error);
    }
    await pause(1 + Math.random() * 9);
  }
}

/**
 * Makes the file, if there is none, for its owner alone; SQLite gives its companions the same mode. A file that is there
 * is not opened: when a process closes a file, it loses the locks of all that it has open on that file. Another process
 * would then think that nobody uses the database, and remove the log that this one goes on writing to. Hence in one go,
 * too: nothing else of this process opens the new file before it is closed.
 */
function ensureFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const reason = codeOf(error) === 'EEXIST' ? accessTo(path) : codeOf(error);
    if (reason === undefined) return;
    const message = `the database file ${path} cannot be opened (${reason}); make its folder, and let this user write there`;
    throw new AssayError('usage', message, { field: 'file' }, { cause: error });
  }
}

/** Why a file that is there cannot be written; undefined when it can. */
function accessTo(path: string): string | undefined {
  try {
    if (statSync(path).isDirectory()) return 'EISDIR';
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** An open SQLite file in WAL mode. */
export async function openSqliteFile(file: string, durability: Durability, timeoutMs: number): Promise<DatabaseSync> {
  if (file === '' || file.startsWith(':') || file.startsWith('file:')) {
    throw usage(`file is ${JSON.stringify(file)}; expected a file's path`, { field: 'file', actual: file });
  }
  const path = resolve(file);
  ensureFile(path);
  const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    const mode = await whenNotBusy(timeoutMs, () => db.prepare('pragma journal_mode = wal').get()?.journal_mode);
    if (mode !== 'wal') {
      throw usage(`the file system of ${path} has no shared memory, which WAL needs; use a local one`, {
        field: 'file',
      });
    }
    db.exec(`pragma synchronous = ${durability === 'full' ? 'full' : 'normal'}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
