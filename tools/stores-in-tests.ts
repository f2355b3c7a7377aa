import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@assay/store';
import { afterAll, beforeAll, describe } from 'vitest';
import { type PostgresInTests, startPostgres, withoutPostgres } from './postgres.ts';

/** Where the tests of a suite that runs on both engines get their databases from. */
export interface Databases {
  readonly engine: Engine;
  /** How to open a new, empty database; as often as wanted. */
  readonly fresh: () => { readonly file: string } | { readonly url: string };
}

/** A folder for the suite, removed at its end. */
export function suiteFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** The same suite on SQLite and on a Postgres of its own, skipped by name where that is missing. */
export function describeOnEngines(suite: (databases: Databases) => void): void {
  describe('on SQLite', () => {
    const path = suiteFolder();
    let count = 0;
    suite({
      engine: 'sqlite',
      fresh: () => {
        count += 1;
        return { file: path(`${count}.db`) };
      },
    });
  });
  describe.skipIf(withoutPostgres)(`on Postgres${withoutPostgres === undefined ? '' : ` (${withoutPostgres})`}`, () => {
    let postgres: PostgresInTests | undefined;
    beforeAll(async () => {
      postgres = await startPostgres();
    });
    afterAll(() => postgres?.[Symbol.asyncDispose]());
    suite({
      engine: 'postgres',
      fresh: () => {
        if (postgres === undefined) throw new Error('Postgres did not start');
        return { url: postgres.newDatabase() };
      },
    });
  });
}
