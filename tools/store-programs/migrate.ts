// Applies 200 migrations, says `at N` before each and at the end how many it applied; `slowly` waits at the 50th for a byte of input.
import { readSync, writeSync } from 'node:fs';
import { type DatabaseOptions, type Migration, migrate, openDatabase } from '@assay/store';

const [options = '', pace] = process.argv.slice(2);
const db = await openDatabase(JSON.parse(options) as DatabaseOptions);
const migrations = Array.from({ length: 200 }, (_, index): Migration => {
  const number = index + 1;
  return {
    name: `${String(number).padStart(4, '0')}-step`,
    up: ({ table, integer }) => [
      ...(number === 1 ? [table('steps', [`n ${integer} not null`])] : []),
      `insert into steps (n) values (${number})`,
    ],
  };
});
let asked = 0;
const now = (): Date => {
  asked += 1;
  writeSync(1, `at ${asked}\n`);
  if (asked === 50 && pace === 'slowly') readSync(0, new Uint8Array(1));
  return new Date();
};
const applied = await migrate(db, { service: 'test', migrations, now });
await db.close();
writeSync(1, `applied ${applied.length}\n`);
