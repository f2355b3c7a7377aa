import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresInTests, startPostgres, withoutPostgres } from '../../../../tools/postgres.ts';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import { openDatabase } from './database.ts';

describe('limits of a database', () => {
  const path = suiteFolder();

  test.each([
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['timeoutMs', { timeoutMs: 2 ** 31 }],
    ['waiting', { waiting: -1 }],
    ['connections', { connections: 0.5 }],
  ])('that would mean none are refused, naming %s: %j', async (field, limits) => {
    const refusal = { code: 'usage', details: { field } };
    await expect(openDatabase({ url: 'postgres://me@localhost/a', ...limits })).rejects.toMatchObject(refusal);
    if (field === 'connections') return;
    await expect(openDatabase({ file: path('a.db'), ...limits })).rejects.toMatchObject(refusal);
  });
});

describe('an SQLite database', () => {
  const path = suiteFolder();

  test('belongs to its owner alone, its companions too', async () => {
    await using db = await openDatabase({ file: path('own.db') });
    await sql`create table t (a integer)`.execute(db.sql);
    for (const name of ['own.db', 'own.db-wal', 'own.db-shm']) expect(statSync(path(name)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['process', 1],
    ['full', 2],
  ] as const)('of durability %s writes ahead, and has the synchronous level %i', async (durability, synchronous) => {
    await using db = await openDatabase({ file: path(`${durability}.db`), durability });
    expect((await sql`pragma journal_mode`.execute(db.sql)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(db.sql)).rows).toEqual([{ synchronous }]);
  });

  test('is one process by default', async () => {
    await using db = await openDatabase({ file: path('default.db') });
    expect((await sql`pragma synchronous`.execute(db.sql)).rows).toEqual([{ synchronous: 1 }]);
  });

  test('in a folder that is missing is refused, naming the file', async () => {
    const opened = openDatabase({ file: path('missing/a.db') });
    await expect(opened).rejects.toMatchObject({ code: 'usage', details: { field: 'file' } });
    await expect(opened).rejects.toThrow('missing/a.db cannot be opened (ENOENT)');
  });

  test('that is a folder is refused', async () => {
    mkdirSync(path('folder.db'));
    await expect(openDatabase({ file: path('folder.db') })).rejects.toThrow('cannot be opened (EISDIR)');
  });

  test.each(['', ':memory:', 'file:x.db?mode=memory'])('that is no file is refused: %j', async (file) => {
    await expect(openDatabase({ file })).rejects.toMatchObject({ code: 'usage', details: { field: 'file' } });
  });

  test('that is another kind of file is refused as malformed, and left as it is', async () => {
    writeFileSync(path('text.db'), 'a text, and a long one at that. '.repeat(100));
    await expect(openDatabase({ file: path('text.db') })).rejects.toMatchObject({ code: 'malformed' });
    expect(statSync(path('text.db')).size).toBe(3_200);
  });

  test('whose lock another connection holds is unavailable after the time-out, and works after that', async () => {
    const file = path('busy.db');
    await using holder = await openDatabase({ file });
    await using other = await openDatabase({ file, timeoutMs: 50 });
    await sql`create table t (a integer)`.execute(holder.sql);
    const insert = sql`insert into t values (1)`;
    await holder.transaction(async (trx) => {
      await insert.execute(trx);
      await expect(insert.execute(other.sql)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(other.transaction((inner) => insert.execute(inner))).rejects.toThrow(
        'another process holds the lock',
      );
    });
    await insert.execute(other.sql);
    expect((await sql`select count(*) as n from t`.execute(other.sql)).rows).toEqual([{ n: 2 }]);
  });

  test('whose lock is held for a moment is waited for, while the process goes on', async () => {
    const file = path('moment.db');
    await using holder = await openDatabase({ file });
    await using other = await openDatabase({ file });
    await sql`create table t (a integer)`.execute(holder.sql);
    let written: Promise<unknown> = Promise.resolve();
    await holder.transaction(async (trx) => {
      await sql`insert into t values (1)`.execute(trx);
      written = sql`insert into t values (2)`.execute(other.sql);
      // Other callbacks run meanwhile: a blocking wait would never let this transaction end.
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    });
    await written;
    expect((await sql`select a from t order by a`.execute(other.sql)).rows).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a Postgres database', () => {
  test('at which nobody listens is unavailable, without the password', async () => {
    const opened = openDatabase({ url: 'postgres:///a?host=/nonexistent&user=me' });
    await expect(opened).rejects.toMatchObject({ code: 'unavailable' });
    await expect(opened).rejects.toThrow('no answer from Postgres');
  });

  test('that has no TLS though the URL asks for it is refused before anything is said to it', async () => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard.push(bytes);
        socket.write('N');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const opened = openDatabase({ url: `postgres://me:hunter2@127.0.0.1:${port}/a?sslmode=verify-full` });
    await expect(opened).rejects.toThrow('The server does not support SSL connections');
    server.close();
    // The request for TLS alone: eight bytes.
    expect(Buffer.concat(heard).toString('hex')).toBe('0000000804d2162f');
  });

  test('that never answers is unavailable after the time-out', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const opened = openDatabase({ url: `postgres://me:hunter2@127.0.0.1:${port}/a`, timeoutMs: 100 });
    const error: unknown = await opened.catch((reason: unknown) => reason);
    server.close();
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });
});

describe.skipIf(withoutPostgres)(
  `a real Postgres${withoutPostgres === undefined ? '' : ` (${withoutPostgres})`}`,
  () => {
    let postgres: PostgresInTests;
    beforeAll(async () => {
      postgres = await startPostgres({ tls: true });
    });
    afterAll(() => postgres[Symbol.asyncDispose]());

    test('without the database is refused, naming the URL', async () => {
      const url = postgres.newDatabase().replace(/test\d+/, 'nowhere');
      await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'usage', details: { field: 'url' } });
    });

    test('with another encoding is refused', async () => {
      const opened = openDatabase({ url: postgres.newDatabase('LATIN1') });
      await expect(opened).rejects.toThrow("the database's encoding is LATIN1; make one with encoding UTF8");
    });

    test('that drops its connections is unavailable to whom it was serving, and works for the next caller', async () => {
      await using db = await openDatabase({ url: postgres.newDatabase() });
      const work = db.transaction(async (trx) => {
        await sql`select 1`.execute(trx);
        postgres.dropConnections();
        await sql`select 2`.execute(trx);
      });
      await expect(work).rejects.toMatchObject({ code: 'unavailable' });
      expect((await sql`select 3 as n`.execute(db.sql)).rows).toEqual([{ n: 3 }]);
    });

    test('over TLS is asked for a certificate of its name, by the authority that is given', async () => {
      const { url, certificate } = postgres.overTls(postgres.newDatabase(), 'localhost');
      await using db = await openDatabase({ url: `${url}&sslrootcert=${certificate}` });
      const encrypted = sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
      expect((await encrypted.execute(db.sql)).rows).toEqual([{ ssl: 1 }]);
    });

    test('over TLS whose authority is not known is refused', async () => {
      const { url } = postgres.overTls(postgres.newDatabase(), 'localhost');
      await expect(openDatabase({ url })).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('self-signed certificate'),
      });
    });

    test('over TLS whose certificate is for another name is refused', async () => {
      const { url, certificate } = postgres.overTls(postgres.newDatabase(), '127.0.0.1');
      const opened = openDatabase({ url: `${url}&sslrootcert=${certificate}` });
      await expect(opened).rejects.toMatchObject({ code: 'unavailable' });
      await expect(opened).rejects.toThrow("does not match certificate's altnames");
    });

    test('that takes too long for a statement is unavailable, and works for the next caller', async () => {
      await using db = await openDatabase({ url: postgres.newDatabase(), timeoutMs: 200 });
      await expect(sql`select pg_sleep(60)`.execute(db.sql)).rejects.toThrow('statement timeout (57014)');
      expect((await sql`select 1 as n`.execute(db.sql)).rows).toEqual([{ n: 1 }]);
    });

    test('has at most as many connections as it is told', async () => {
      await using db = await openDatabase({ url: postgres.newDatabase(), connections: 3 });
      const backend = sql<{ readonly pid: number }>`select pg_backend_pid() as pid`;
      const answers = await Promise.all(Array.from({ length: 50 }, () => backend.execute(db.sql)));
      expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBeLessThanOrEqual(3);
    });

    test('runs what lost a deadlock again', async () => {
      await using db = await openDatabase({ url: postgres.newDatabase() });
      await sql`create table t (id integer primary key, n integer not null)`.execute(db.sql);
      await sql`insert into t values (1, 0), (2, 0)`.execute(db.sql);
      let runs = 0;
      const both = Promise.withResolvers<void>();
      const bump = (one: number, other: number) =>
        db.transaction(async (trx) => {
          await sql`update t set n = n + 1 where id = ${one}`.execute(trx);
          runs += 1;
          if (runs === 2) both.resolve();
          await both.promise;
          await sql`update t set n = n + 1 where id = ${other}`.execute(trx);
        });
      await Promise.all([bump(1, 2), bump(2, 1)]);
      expect((await sql`select n from t`.execute(db.sql)).rows).toEqual([{ n: 2 }, { n: 2 }]);
      expect(runs).toBeGreaterThan(2);
    });
  },
);
