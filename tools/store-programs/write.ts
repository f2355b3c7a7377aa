// Writes notes through a group commit for ever, 32 at a time, and says each one's number once it is acknowledged.
import { writeSync } from 'node:fs';
import { createGroupCommit, type DatabaseOptions, insertRows, migrate, openDatabase } from '@assay/store';

interface Schema {
  readonly notes: { readonly id: number; readonly text: string };
  readonly marks: { readonly note: number };
}

const [options = '', first = '0'] = process.argv.slice(2);
const db = await openDatabase<Schema>(JSON.parse(options) as DatabaseOptions);
await migrate(db, {
  service: 'test',
  migrations: [
    {
      name: '0001-notes',
      up: ({ table, integer, text }) => [
        table('notes', [`id ${integer} primary key`, `text ${text} not null`]),
        table('marks', [`note ${integer} not null`]),
      ],
    },
  ],
});
const group = createGroupCommit<Schema, number, number>(db, {
  largest: 8,
  write: async (trx, ids) => {
    await insertRows(
      trx,
      'notes',
      ids.map((id) => ({ id, text: 'a note'.repeat(20) })),
    );
    await insertRows(
      trx,
      'marks',
      ids.map((id) => ({ note: id })),
    );
    return ids;
  },
});
let next = Number(first);
const writeForEver = async (): Promise<never> => {
  for (;;) {
    const id = next;
    next += 1;
    writeSync(1, `${await group.add(id)}.\n`);
  }
};
await Promise.all(Array.from({ length: 32 }, writeForEver));
