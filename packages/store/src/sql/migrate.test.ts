import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../../../tools/store-programs.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { openDatabase } from './database.ts';
import { type Migration, migrate } from './migrate.ts';

const first: Migration = { name: '0001-a', up: ({ table, integer }) => [table('a', [`n ${integer} not null`])] };
const second: Migration = {
  name: '0002-b',
  up: () => ['insert into a (n) values (1)', 'insert into a (n) values (2)'],
};
const now = () => new Date(1_700_000_000_000);

describeOnEngines(({ engine, fresh }) => {
  const rows = async (options: ReturnType<typeof fresh>, query: string): Promise<readonly unknown[]> => {
    await using db = await openDatabase(options);
    return (await sql.raw(query).execute(db.sql)).rows;
  };

  describe('migrations', () => {
    test('are applied once, in order, and noted with service, digest and time', async () => {
      const options = fresh();
      await using db = await openDatabase(options);
      expect(await migrate(db, { service: 'one', migrations: [first], now })).toEqual(['0001-a']);
      expect(await migrate(db, { service: 'one', migrations: [first, second], now })).toEqual(['0002-b']);
      expect(await migrate(db, { service: 'one', migrations: [first, second], now })).toEqual([]);
      expect(await rows(options, 'select n from a order by n')).toEqual([{ n: 1 }, { n: 2 }]);
      expect(await rows(options, 'select * from assay_migrations order by name')).toEqual([
        {
          service: 'one',
          name: '0001-a',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          applied_at: now().getTime(),
        },
        {
          service: 'one',
          name: '0002-b',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          applied_at: now().getTime(),
        },
      ]);
    });

    test('of several services share a database', async () => {
      await using db = await openDatabase(fresh());
      const other: Migration = { name: '0001-a', up: ({ table, text }) => [table('other', [`t ${text}`])] };
      expect(await migrate(db, { service: 'one', migrations: [first] })).toEqual(['0001-a']);
      expect(await migrate(db, { service: 'two', migrations: [other] })).toEqual(['0001-a']);
      expect(await migrate(db, { service: 'one', migrations: [first] })).toEqual([]);
    });

    test('of a newer version are not known: the database is refused and left as it is', async () => {
      const options = fresh();
      await using db = await openDatabase(options);
      await migrate(db, { service: 'one', migrations: [first, second] });
      const older = migrate(db, { service: 'one', migrations: [first] });
      await expect(older).rejects.toMatchObject({ code: 'usage', details: { field: 'one', actual: '0002-b' } });
      await expect(older).rejects.toThrow('has migration 0002-b of one, which this version does not know');
    });

    test('that were changed after they were applied are refused', async () => {
      await using db = await openDatabase(fresh());
      await migrate(db, { service: 'one', migrations: [first] });
      const changed: Migration = { name: '0001-a', up: ({ table, integer }) => [table('a', [`m ${integer}`])] };
      const other = migrate(db, { service: 'one', migrations: [changed] });
      await expect(other).rejects.toThrow('migration 0001-a of one is not the one that was applied');
    });

    test.each([
      [['0002-a'], 'expected 0001-what'],
      [['0001-a', '0003-b'], 'expected 0002-what'],
      [['1-a'], 'expected 0001-what'],
      [['0001-A b'], 'expected 0001-what'],
    ])('with names out of order are refused: %j', async (names, reason) => {
      await using db = await openDatabase(fresh());
      const migrations = names.map((name) => ({ name, up: () => [] }));
      await expect(migrate(db, { service: 'one', migrations })).rejects.toThrow(reason);
    });

    test('with two statements in one text are refused, since one engine would skip the second', async () => {
      await using db = await openDatabase(fresh());
      const migrations = [{ name: '0001-a', up: () => ['create table x (n integer); create table y (n integer)'] }];
      await expect(migrate(db, { service: 'one', migrations })).rejects.toThrow('migration 0001-a has a semicolon');
    });

    test('leave nothing when one of them fails', async () => {
      const options = fresh();
      await using db = await openDatabase(options);
      const broken: Migration = {
        name: '0002-broken',
        up: () => ['insert into a (n) values (1)', 'insert into nowhere values (1)'],
      };
      await expect(migrate(db, { service: 'one', migrations: [first, broken] })).rejects.toThrow('nowhere');
      await expect(rows(options, 'select * from a')).rejects.toThrow('a');
      expect(await migrate(db, { service: 'one', migrations: [first, second] })).toEqual(['0001-a', '0002-b']);
    });

    test('run once when two processes start at once', async () => {
      const options = fresh();
      const programs = [runProgram('migrate', options), runProgram('migrate', options)];
      const exits = await Promise.all(programs.map(({ exited }) => exited));
      expect(exits).toEqual(['exit 0', 'exit 0']);
      expect(await rows(options, 'select count(*) as n from steps')).toEqual([{ n: 200 }]);
      const said = programs.map(({ lines }) => lines().at(-1));
      expect(new Set(said)).toEqual(new Set(['applied 0', 'applied 200']));
    });

    test('wait for those of another process, and find them done', async () => {
      const options = fresh();
      const program = runProgram('migrate', options, 'slowly');
      await program.line(({ length }) => length === 50);
      await using db = await openDatabase(options);
      const migrations = [{ name: '0001-step', up: () => ['create table steps (n integer)'] }];
      const waiting = migrate(db, { service: 'test', migrations }).catch((error: unknown) => error);
      // Gives it the time to ask before the other one has finished.
      await using reader = await openDatabase(options);
      for (let turn = 0; turn < 50; turn += 1) await sql`select 1`.execute(reader.sql);
      program.release();
      expect(await program.exited).toBe('exit 0');
      // It has seen the other's step, which is not its own.
      await expect(waiting).resolves.toMatchObject({ code: 'usage', details: { actual: '0001-step' } });
    });

    test('run whole after a process was killed between two of them', async () => {
      const options = fresh();
      const program = runProgram('migrate', options, 'slowly');
      await program.line(({ length }) => length === 50);
      program.kill();
      expect(await program.exited).toBe('signal SIGKILL');
      await expect(rows(options, 'select * from steps')).rejects.toThrow('steps');
      const again = runProgram('migrate', options);
      expect(await again.exited).toBe('exit 0');
      expect(await rows(options, 'select count(*) as n from steps')).toEqual([{ n: 200 }]);
    });
  });

  test(`tables of ${engine} compare and check what they hold alike`, async () => {
    const options = fresh();
    await using db = await openDatabase(options);
    const up: Migration['up'] = ({ table, serial, text, bytes }) => [
      table('t', [`id ${serial}`, `name ${text} not null`, `body ${bytes} not null`]),
    ];
    await migrate(db, { service: 'one', migrations: [{ name: '0001-t', up }] });
    for (const [name, byte] of [
      ['b', 2],
      ['B', 1],
      ['a', 255],
    ] as const) {
      await sql`insert into t (name, body) values (${name}, ${Uint8Array.of(byte)})`.execute(db.sql);
    }
    expect(await rows(options, 'select id, name from t order by body')).toEqual([
      { id: 2, name: 'B' },
      { id: 1, name: 'b' },
      { id: 3, name: 'a' },
    ]);
    await expect(sql`insert into t (name, body) values ('c', null)`.execute(db.sql)).rejects.toMatchObject({
      kind: 'not-null',
    });
  });
});
