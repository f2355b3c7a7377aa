import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../../../tools/store-programs.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { type Database, openDatabase } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import { insertRows } from './insert-rows.ts';
import { type Migration, migrate } from './migrate.ts';

interface Schema {
  readonly notes: { readonly id: number; readonly text: string };
  readonly marks: { readonly note: number };
}

interface Note {
  readonly id: number;
  readonly text: string;
}

const migrations: readonly Migration[] = [
  {
    name: '0001-notes',
    up: ({ table, integer, text }) => [
      table('notes', [`id ${integer} primary key`, `text ${text} not null`]),
      table('marks', [`note ${integer} not null`]),
    ],
  },
];

const noteOf = (id: number): Note => ({ id, text: `note ${id}` });
const range = (length: number, start = 0): readonly number[] => Array.from({ length }, (_, index) => start + index);

describeOnEngines(({ engine, fresh }) => {
  const open = async (): Promise<Database<Schema>> => {
    const db = await openDatabase<Schema>(fresh());
    await migrate(db, { service: 'test', migrations });
    return db;
  };
  const ids = async (db: Database<Schema>): Promise<readonly number[]> =>
    (await db.sql.selectFrom('notes').select('id').orderBy('id').execute()).map(({ id }) => id);
  /** Writes notes, with a mark for each before. */
  const writer = (db: Database<Schema>, limits: { readonly limit?: number; readonly largest?: number } = {}) => {
    const batches: number[] = [];
    const group = createGroupCommit<Schema, Note, string>(db, {
      ...limits,
      write: async (trx, notes) => {
        batches.push(notes.length);
        await insertRows(
          trx,
          'marks',
          notes.map(({ id }) => ({ note: id })),
        );
        await insertRows(trx, 'notes', notes);
        return notes.map(({ id }) => `written ${id}`);
      },
    });
    return { ...group, batches };
  };

  describe('a group commit', () => {
    test("writes many callers' items in few transactions, and answers each its own result", async () => {
      await using db = await open();
      const group = writer(db);
      const results = await Promise.all(range(1_000).map((id) => group.add(noteOf(id))));
      expect(results).toEqual(range(1_000).map((id) => `written ${id}`));
      expect(await ids(db)).toEqual(range(1_000));
      expect(group.batches).toEqual([256, 256, 256, 232]);
      await group.close();
    });

    test('gathers callers that come one by one while a transaction runs', async () => {
      await using db = await open();
      const group = writer(db);
      const arriving = range(200).map(async (id) => {
        await new Promise(setImmediate);
        return group.add(noteOf(id));
      });
      await Promise.all(arriving);
      expect(group.batches.length).toBeLessThan(20);
      expect(await ids(db)).toEqual(range(200));
    });

    test('answers only after the commit: another connection sees what was answered', async () => {
      const options = fresh();
      await using db = await openDatabase<Schema>(options);
      await migrate(db, { service: 'test', migrations });
      await using other = await openDatabase<Schema>(options);
      const group = writer(db);
      await Promise.all(
        range(50).map(async (id) => {
          await group.add(noteOf(id));
          expect(await ids(other)).toContain(id);
        }),
      );
    });

    test("lets one caller's failure be his own, without a trace of his work", async () => {
      await using db = await open();
      const group = writer(db);
      await group.add(noteOf(3));
      const outcomes = await Promise.allSettled(range(6).map((id) => group.add(noteOf(id))));
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true, true]);
      expect(outcomes[3]).toMatchObject({ reason: { name: 'ConstraintViolation', kind: 'unique' } });
      expect(await ids(db)).toEqual(range(6));
      const marks = await db.sql.selectFrom('marks').select('note').orderBy('note').execute();
      expect(marks.map(({ note }) => note)).toEqual(range(6));
    });

    test('lets the first of two equal items of a batch win', async () => {
      await using db = await open();
      const group = writer(db);
      const outcomes = await Promise.allSettled([group.add(noteOf(1)), group.add(noteOf(1)), group.add(noteOf(2))]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    });

    test('refuses one more when as many wait as may', async () => {
      await using db = await open();
      const group = writer(db, { limit: 3 });
      const outcomes = await Promise.allSettled(range(4).map((id) => group.add(noteOf(id))));
      expect(outcomes[3]).toMatchObject({
        reason: { code: 'unavailable', message: '3 writes wait for the database already; try again later' },
      });
      expect(await ids(db)).toEqual([0, 1, 2]);
      await expect(group.add(noteOf(9))).resolves.toBe('written 9');
    });

    test('writes what waits before it closes, and takes nothing after', async () => {
      await using db = await open();
      const group = writer(db, { largest: 2 });
      const added = range(5).map((id) => group.add(noteOf(id)));
      await group.close();
      expect(await ids(db)).toEqual(range(5));
      await expect(Promise.all(added)).resolves.toHaveLength(5);
      await expect(group.add(noteOf(9))).rejects.toMatchObject({ code: 'usage' });
    });

    test('tells everyone when the database is away', async () => {
      const db = await open();
      const group = writer(db);
      await db.close();
      const outcomes = await Promise.allSettled(range(3).map((id) => group.add(noteOf(id))));
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    });

    test('refuses a writer that answers fewer results than items, and keeps nothing of it', async () => {
      await using db = await open();
      const group = createGroupCommit<Schema, Note, string>(db, {
        write: async (trx, notes) => {
          await insertRows(trx, 'notes', notes);
          return [];
        },
      });
      await expect(group.add(noteOf(1))).rejects.toMatchObject({ code: 'usage' });
      expect(await ids(db)).toEqual([]);
    });

    test('of two handles on one database loses nothing', async () => {
      const options = fresh();
      await using one = await openDatabase<Schema>(options);
      await using two = await openDatabase<Schema>(options);
      await migrate(one, { service: 'test', migrations });
      const even = writer(one, { largest: 16 });
      const odd = writer(two, { largest: 16 });
      await Promise.all(range(400).map((id) => (id % 2 === 0 ? even : odd).add(noteOf(id))));
      expect(await ids(one)).toEqual(range(400));
    });
  });

  describe('rows that are inserted together', () => {
    test.each([0, 1, 2, 63, 64, 65, 200])('are all there: %i', async (count) => {
      await using db = await open();
      await db.transaction((trx) => insertRows(trx, 'notes', range(count).map(noteOf)));
      expect(await db.sql.selectFrom('notes').selectAll().orderBy('id').execute()).toEqual(range(count).map(noteOf));
    });

    test('may have their columns in another order, but not others', async () => {
      await using db = await open();
      await db.transaction((trx) => insertRows(trx, 'notes', [noteOf(1), { text: 'note 2', id: 2 }]));
      expect(await ids(db)).toEqual([1, 2]);
      const more: Note & { readonly extra?: number } = { id: 3, text: '', extra: 1 };
      const work = db.transaction((trx) => insertRows(trx, 'notes', [noteOf(4), more]));
      await expect(work).rejects.toMatchObject({ code: 'usage' });
      expect(await ids(db)).toEqual([1, 2]);
    });

    test('into what is no name are refused before any SQL', async () => {
      await using db = await open();
      const seen = vi.fn();
      const hostile: Record<string, number> = { 'note") values (1); drop table notes; --': 1 };
      const work = db.transaction((trx) => insertRows(trx, 'marks', [hostile as { note: number }]).catch(seen));
      await work;
      expect(seen).toHaveBeenCalledWith(expect.objectContaining({ code: 'usage' }));
      expect(await ids(db)).toEqual([]);
    });
  });

  describe('a process that is killed', () => {
    test('beside another one on the same database takes nothing of it along', async () => {
      const options = fresh();
      const programs = [runProgram('write', options, '0'), runProgram('write', options, '1000000')];
      for (const program of programs) {
        await program.line(({ length }) => length >= 300);
        program.kill();
        await program.exited;
      }
      await using db = await openDatabase<Schema>(options);
      const kept = new Set(await ids(db));
      const said = programs.flatMap(({ lines }) => lines()).filter((line) => /^\d+\.$/.test(line));
      expect(said.length).toBeGreaterThanOrEqual(600);
      expect(said.map(Number).filter((id) => !kept.has(id))).toEqual([]);
    });

    test(`in the middle of its writes has kept each one that it acknowledged: 20 rounds on ${engine}`, async () => {
      const options = fresh();
      let first = 0;
      for (let round = 0; round < 20; round += 1) {
        const program = runProgram('write', options, String(first));
        const wanted = 1 + Math.floor(Math.random() * 400);
        await program.line(({ length }) => length >= wanted);
        program.kill();
        expect(await program.exited).toBe('signal SIGKILL');
        const acknowledged = program
          .lines()
          .filter((line) => /^\d+\.$/.test(line))
          .map(Number);
        await using db = await openDatabase<Schema>(options);
        const kept = new Set(await ids(db));
        expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
        // Nothing is half there: each note came with its mark, in one transaction.
        const { rows } = await sql<{ readonly n: number }>`select count(*) as n from marks`.execute(db.sql);
        expect(rows).toEqual([{ n: kept.size }]);
        first = Math.max(0, ...kept) + 1;
      }
    }, 120_000);
  });
});
