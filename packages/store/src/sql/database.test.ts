import { randomBytes } from 'node:crypto';
import { type Generated, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { type Database, openDatabase } from './database.ts';
import { type Migration, migrate } from './migrate.ts';
import { savepoint } from './savepoint.ts';

interface Schema {
  readonly things: {
    readonly id: Generated<number>;
    readonly name: string;
    readonly size: number;
    readonly body: Uint8Array | null;
  };
  readonly parts: { readonly thing: number };
}

const migrations: readonly Migration[] = [
  {
    name: '0001-things',
    up: ({ table, serial, text, integer, bytes }) => [
      table('things', [
        `id ${serial}`,
        `name ${text} not null unique`,
        `size ${integer} not null check (size >= 0)`,
        `body ${bytes}`,
      ]),
      table('parts', [`thing ${integer} not null references things (id)`]),
    ],
  },
];

const MAX = Number.MAX_SAFE_INTEGER;

describeOnEngines(({ engine, fresh }) => {
  const open = async (): Promise<Database<Schema>> => {
    const db = await openDatabase<Schema>(fresh());
    await migrate(db, { service: 'test', migrations });
    return db;
  };
  const add = (db: Pick<Database<Schema>, 'sql'>, name: string, size = 1) =>
    db.sql.insertInto('things').values({ name, size, body: null }).returning('id').executeTakeFirstOrThrow();
  const names = async (db: Database<Schema>): Promise<readonly string[]> =>
    (await db.sql.selectFrom('things').select('name').orderBy('name').execute()).map(({ name }) => name);

  describe('values', () => {
    test('come back as they went in: text in Unicode, integers up to 2^53 - 1, bytes, null', async () => {
      await using db = await open();
      const body = Uint8Array.from(randomBytes(300));
      await db.sql
        .insertInto('things')
        .values([
          { name: 'é漢🙂\n"', size: MAX, body },
          { name: '', size: 0, body: new Uint8Array() },
          { name: 'c', size: 1, body: null },
        ])
        .execute();
      const rows = await db.sql.selectFrom('things').selectAll().orderBy('id').execute();
      expect(rows).toStrictEqual([
        { id: 1, name: 'é漢🙂\n"', size: MAX, body },
        { id: 2, name: '', size: 0, body: new Uint8Array() },
        { id: 3, name: 'c', size: 1, body: null },
      ]);
    });

    test('of counts, sums and comparisons are integers', async () => {
      await using db = await open();
      await add(db, 'a', 5);
      await add(db, 'b', 6);
      const query = sql`select count(*) as n, sum(size) as total, max(size) > 5 as more from things`;
      expect((await query.execute(db.sql)).rows).toStrictEqual([{ n: 2, total: 11, more: 1 }]);
    });

    test('of text are ordered by their bytes', async () => {
      await using db = await open();
      for (const name of ['b', 'a', 'B', 'é', '_', '1']) await add(db, name);
      expect(await names(db)).toEqual(['1', 'B', '_', 'a', 'b', 'é']);
    });

    test.each([
      ['an integer beyond 2^53 - 1', 2 ** 53],
      ['a larger bigint', 2n ** 60n],
      ['a fraction', 1.5],
      ['not a number', Number.NaN],
      ['a boolean', true],
      ['a date', new Date(0)],
      ['an array', [1]],
      ['undefined', undefined],
      ['text with NUL', 'a\0b'],
      ['half of a surrogate pair', 'a\ud800'],
    ])('that one engine would take and the other not are refused: %s', async (_what, value) => {
      await using db = await open();
      const query = sql`select * from things where ${value} = 1`.execute(db.sql);
      await expect(query).rejects.toMatchObject({ code: 'usage', details: { field: 'parameter 1' } });
    });

    test('that are integers beyond 2^53 - 1 in the database are refused, not rounded', async () => {
      await using db = await open();
      await sql`insert into things (name, size) values ('a', 9007199254740993)`.execute(db.sql);
      const read = db.sql.selectFrom('things').select('size').execute();
      await expect(read).rejects.toMatchObject({ code: 'malformed' });
    });

    test('of the wrong type are refused by the table', async () => {
      await using db = await open();
      const write = sql`insert into things (name, size) values ('a', ${'many'})`.execute(db.sql);
      await expect(write).rejects.toThrow();
      expect(await names(db)).toEqual([]);
    });
  });

  describe('a row that breaks a rule', () => {
    test.each([
      ['unique', sql`insert into things (name, size) values ('secret', 2)`, 'things'],
      ['check', sql`insert into things (name, size) values ('b', -1)`, undefined],
      ['not-null', sql`insert into things (name) values ('b')`, 'things'],
      ['foreign-key', sql`insert into parts (thing) values (77)`, undefined],
    ])('of its table is refused, naming the rule and no value: %s', async (kind, statement, table) => {
      await using db = await open();
      await add(db, 'secret');
      const error: unknown = await statement.execute(db.sql).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ name: 'ConstraintViolation', kind });
      expect(String(error)).not.toContain('secret');
      if (table !== undefined) expect(String(error)).toContain(`table ${table}`);
    });
  });

  describe('a transaction', () => {
    test('is all or nothing', async () => {
      await using db = await open();
      const work = db.transaction(async (trx) => {
        await add({ sql: trx }, 'a');
        throw new Error('changed my mind');
      });
      await expect(work).rejects.toThrow('changed my mind');
      expect(await names(db)).toEqual([]);
    });

    test('does not mix with others at the same time: 40 that read, wait and add one all count', async () => {
      await using db = await open();
      await add(db, 'counter', 0);
      const bump = () =>
        db.transaction(async (trx) => {
          const { size } = await trx.selectFrom('things').select('size').executeTakeFirstOrThrow();
          await new Promise(setImmediate);
          await trx
            .updateTable('things')
            .set({ size: size + 1 })
            .execute();
        });
      // Waves, since Postgres lets all but one of a wave lose and try again.
      for (let wave = 0; wave < 10; wave += 1) await Promise.all(Array.from({ length: 4 }, bump));
      expect(await db.sql.selectFrom('things').select('size').execute()).toEqual([{ size: 40 }]);
    });

    test('does not mix with those of another handle, as another process has it', async () => {
      const options = fresh();
      await using one = await openDatabase<Schema>(options);
      await using two = await openDatabase<Schema>(options);
      await migrate(one, { service: 'test', migrations });
      await add(one, 'counter', 0);
      const bump = (db: Database<Schema>) =>
        db.transaction(async (trx) => {
          const { size } = await trx.selectFrom('things').select('size').executeTakeFirstOrThrow();
          await new Promise(setImmediate);
          const next = { size: size + 1 };
          await trx.updateTable('things').set(next).execute();
        });
      for (let wave = 0; wave < 20; wave += 1) await Promise.all([bump(one), bump(two)]);
      expect(await one.sql.selectFrom('things').select('size').execute()).toEqual([{ size: 40 }]);
    });

    test('goes on after a savepoint that failed, without what was done in it', async () => {
      await using db = await open();
      await db.transaction(async (trx) => {
        await add({ sql: trx }, 'a');
        const part = savepoint(trx, async () => {
          await add({ sql: trx }, 'b');
          await savepoint(trx, () => add({ sql: trx }, 'inner'));
          await add({ sql: trx }, 'a');
        });
        await expect(part).rejects.toMatchObject({ kind: 'unique' });
        await add({ sql: trx }, 'c');
      });
      expect(await names(db)).toEqual(['a', 'c']);
    });

    test('with a failed statement outside of a savepoint cannot go on, nor commit', async () => {
      await using db = await open();
      await add(db, 'a');
      let next: unknown;
      const work = db.transaction(async (trx) => {
        await add({ sql: trx }, 'b');
        await add({ sql: trx }, 'a').catch(() => undefined);
        next = await add({ sql: trx }, 'c').catch((error: unknown) => error);
      });
      await expect(work).rejects.toThrow();
      expect(next).toBeInstanceOf(Error);
      expect(await names(db)).toEqual(['a']);
      await add(db, 'd');
      expect(await names(db)).toEqual(['a', 'd']);
    });

    test('sees its own writes; others see them after the commit', async () => {
      await using db = await open();
      await db.transaction(async (trx) => {
        await add({ sql: trx }, 'a');
        expect(await trx.selectFrom('things').select('name').execute()).toHaveLength(1);
      });
      expect(await names(db)).toEqual(['a']);
    });
  });

  describe('waiting', () => {
    test('for a connection has a limit and an end', async () => {
      await using db = await openDatabase<Schema>({ ...fresh(), timeoutMs: 300, waiting: 1, connections: 1 });
      let inside: readonly PromiseSettledResult<unknown>[] = [];
      await db
        .transaction(async (trx) => {
          await sql`select 1`.execute(trx);
          inside = await Promise.allSettled([sql`select 1`.execute(db.sql), sql`select 1`.execute(db.sql)]);
        })
        .catch(() => undefined);
      expect(inside).toMatchObject([
        { status: 'rejected', reason: { code: 'unavailable', message: expect.stringContaining('in use for 300 ms') } },
        { status: 'rejected', reason: { code: 'unavailable', message: expect.stringContaining('1 callers wait') } },
      ]);
      // The engine may have given up the idle transaction; the handle works on.
      expect((await sql`select 1 as one`.execute(db.sql)).rows).toEqual([{ one: 1 }]);
    });
  });

  test('a closed database refuses to work', async () => {
    const db = await open();
    await db.close();
    await db.close();
    await expect(add(db, 'a')).rejects.toThrow();
  });

  test(`is named ${engine}`, async () => {
    await using db = await openDatabase<Schema>(fresh());
    expect(db.engine).toBe(engine);
  });
});
