import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../../../tools/store-programs.ts';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import { openDatabase } from '../sql/database.ts';
import { migrate } from '../sql/migrate.ts';
import { decodeHeader, encodeHeader } from './file-format.ts';
import type { Objects } from './objects.ts';
import { openObjects } from './open.ts';

const path = suiteFolder();
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
let count = 0;
const fresh = async (): Promise<{ readonly folder: string; readonly objects: Objects }> => {
  count += 1;
  const folder = path(String(count));
  return { folder, objects: await openObjects({ folder }) };
};

describe('a folder of objects', () => {
  test('has one file for each, a line of JSON before the bytes, for its owner alone', async () => {
    const { folder, objects } = await fresh();
    await objects.put('a/b', bytesOf('abc'), { contentType: 'text/plain' });
    expect(readFileSync(`${folder}/a/b@`, 'utf8')).toBe(
      '{"schema":"assay.object/1","size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","contentType":"text/plain"}\nabc',
    );
    expect(statSync(`${folder}/a/b@`).mode & 0o777).toBe(0o600);
    expect(statSync(`${folder}/a`).mode & 0o777).toBe(0o700);
    expect(readdirSync(`${folder}/.incoming`)).toEqual([]);
  });

  test('refuses each file of which one bit was changed', async () => {
    const { folder, objects } = await fresh();
    await objects.put('a', bytesOf('abc'), { contentType: 't' });
    const file = readFileSync(`${folder}/a@`);
    for (let bit = 0; bit < file.length * 8; bit += 1) {
      const changed = Uint8Array.from(file);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(`${folder}/a@`, changed);
      const outcome = await objects.get('a').then(
        (object) => object?.contentType,
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      // The type is not part of the digest: another one shows, and nothing else.
      if (outcome !== 'malformed') expect(String(outcome)).toMatch(/^[^t]$/);
    }
  });

  test.each([
    ['cut off', (file: Uint8Array) => file.subarray(0, -1)],
    ['longer', (file: Uint8Array) => Buffer.concat([file, bytesOf('x')])],
    ['empty', () => new Uint8Array()],
    [
      'of a later version',
      (file: Uint8Array) => Buffer.from(Buffer.from(file).toString().replace('object/1', 'object/2')),
    ],
  ])('refuses a file that is %s', async (_what, change) => {
    const { folder, objects } = await fresh();
    await objects.put('a', bytesOf('abc'));
    writeFileSync(`${folder}/a@`, change(readFileSync(`${folder}/a@`)));
    await expect(objects.get('a')).rejects.toMatchObject({ code: 'malformed', details: { field: 'a' } });
    await expect(objects.head('a')).rejects.toMatchObject({ code: 'malformed' });
  });

  test('does not list what is none of its files', async () => {
    const { folder, objects } = await fresh();
    await objects.put('a', bytesOf('abc'));
    for (const name of ['b', '.c@', 'd e@']) writeFileSync(`${folder}/${name}`, 'x');
    writeFileSync(`${folder}/.incoming/e@`, 'x');
    const keys: string[] = [];
    for await (const key of objects.list('')) keys.push(key);
    expect(keys).toEqual(['a']);
  });

  test('is cleaned at its opening of what a process that died left a day ago', async () => {
    const { folder } = await fresh();
    for (const name of ['old', 'new']) writeFileSync(`${folder}/.incoming/${name}`, 'half');
    const now = new Date('2030-01-02T00:00:01Z');
    utimesSync(`${folder}/.incoming/old`, now, new Date('2030-01-01T00:00:00Z'));
    utimesSync(`${folder}/.incoming/new`, now, new Date('2030-01-01T12:00:00Z'));
    await openObjects({ folder, now: () => now });
    expect(readdirSync(`${folder}/.incoming`)).toEqual(['new']);
  });

  test('has each object that was acknowledged, whole, after 20 kills of its writer', async () => {
    const { folder, objects } = await fresh();
    let first = 0;
    for (let round = 0; round < 20; round += 1) {
      const program = runProgram('put', { folder }, String(first));
      const wanted = 1 + Math.floor(Math.random() * 60);
      await program.line(({ length }) => length >= wanted);
      program.kill();
      expect(await program.exited).toBe('signal SIGKILL');
      const acknowledged = program.lines().flatMap((line) => [...line.matchAll(/^(n\/\d+) ([0-9a-f]{64})$/g)]);
      for (const [, key = '', sha256 = ''] of acknowledged) {
        expect(await objects.get(key, { sha256 }), key).toMatchObject({ size: 20_000 });
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(wanted);
      for await (const key of objects.list('')) expect(await objects.get(key), key).toMatchObject({ size: 20_000 });
      first += acknowledged.length + 8;
    }
  }, 120_000);

  test('that is a file is refused', async () => {
    writeFileSync(path('file'), '');
    const opened = openObjects({ folder: path('file') });
    await expect(opened).rejects.toMatchObject({ code: 'usage', details: { field: 'folder' } });
  });

  test('reads or refuses any first line', () => {
    const info = { size: 3, sha256: 'a'.repeat(64), contentType: 'text/plain' };
    const lines = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.json().map((json) => bytesOf(`${json}\n`)),
      fc.mixedCase(fc.constant(new TextDecoder().decode(encodeHeader(info)))).map(bytesOf),
    );
    fc.assert(
      fc.property(lines, (line) => {
        try {
          expect(decodeHeader('a', line).start).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed' });
        }
      }),
    );
    expect(decodeHeader('a', encodeHeader(info))).toMatchObject(info);
  });
});

/** Mounts a file system of 2 MiB, when that is allowed here. */
function mountSmall(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'pipe', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

const small = path('small');
const mounted = process.platform === 'linux' && mountSmall(small);

describe.skipIf(!mounted)(`a full disk${mounted ? '' : ' (this user cannot mount one)'}`, () => {
  afterAll(() => {
    execFileSync('umount', [small], { timeout: 10_000 });
  });

  test('makes a folder of objects unavailable, and leaves no half object', async () => {
    const objects = await openObjects({ folder: `${small}/objects` });
    await objects.put('a', bytesOf('first'));
    const put = objects.put('a', new Uint8Array(3_000_000));
    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    await expect(put).rejects.toThrow('(ENOSPC)');
    expect((await objects.get('a'))?.bytes).toEqual(bytesOf('first'));
    expect(readdirSync(`${small}/objects/.incoming`)).toEqual([]);
    await objects.put('b', bytesOf('goes on'));
  });

  test('makes SQLite unavailable; the transaction is undone, and the next one that fits is done', async () => {
    interface Schema {
      readonly t: { readonly body: Uint8Array };
    }
    await using db = await openDatabase<Schema>({ file: `${small}/full.db` });
    const up = ({
      table,
      bytes,
    }: {
      readonly table: (name: string, columns: string[]) => string;
      readonly bytes: string;
    }) => [table('t', [`body ${bytes} not null`])];
    await migrate(db, { service: 'test', migrations: [{ name: '0001-t', up }] });
    const write = (size: number) =>
      db.transaction((trx) =>
        trx
          .insertInto('t')
          .values({ body: new Uint8Array(size) })
          .execute(),
      );
    await write(10);
    await expect(write(3_000_000)).rejects.toMatchObject({ code: 'unavailable' });
    await write(20);
    expect((await db.sql.selectFrom('t').selectAll().execute()).map(({ body }) => body.length)).toEqual([10, 20]);
  });
});
