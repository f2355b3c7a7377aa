import { existsSync, readFileSync, statSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import { openDatabase } from './database.ts';

const path = suiteFolder();
const LOCKS = '/proc/locks';
const without = existsSync(LOCKS) ? '' : ` [no ${LOCKS}: not on Linux]`;

/** Locks that this process holds on a file. */
function locksOn(file: string): number {
  const { ino } = statSync(file);
  const lines = readFileSync(LOCKS, 'utf8').split('\n');
  return lines.filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `)).length;
}

// Another process that finds no lock takes itself for the last one, and removes the log that this one writes to.
test.skipIf(without !== '')(`a process that opens its file again keeps the lock that it has${without}`, async () => {
  const file = path('twice.db');
  await using first = await openDatabase({ file });
  await sql`create table t (n integer not null) strict`.execute(first.sql);
  expect(locksOn(file)).toBe(1);
  await using _second = await openDatabase({ file });
  expect(locksOn(file)).toBe(1);
});
