import { open } from 'node:fs/promises';
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

/** Makes the file, if there is none, for its owner alone; SQLite gives its companions the same mode. */
async function ensureFile(path: string): Promise<void> {
  try {
    await (await open(path, 'a', 0o600)).close();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const message = `the database file ${path} cannot be opened (${reason}); make its folder, and let this user write there`;
    throw new AssayError('usage', message, { field: 'file' }, { cause: error });
  }
}

/** An open SQLite file in WAL mode. */
export async function openSqliteFile(file: string, durability: Durability, timeoutMs: number): Promise<DatabaseSync> {
  if (file === '' || file.startsWith(':') || file.startsWith('file:')) {
    throw usage(`file is ${JSON.stringify(file)}; expected a file's path`, { field: 'file', actual: file });
  }
  const path = resolve(file);
  await ensureFile(path);
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
