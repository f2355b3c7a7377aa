import { createHash } from 'node:crypto';
import { CompiledQuery, sql, type Transaction } from 'kysely';
import { usage } from '../failure.ts';
import type { Database, Engine } from './database.ts';
import { SCHEMA_WORDS, type SchemaWords } from './schema.ts';

/** One step of a schema, forward only. What was released is never changed. */
export interface Migration {
  /** `0001-what`, `0002-what` and so on. */
  readonly name: string;
  /** Statements in order, one per text, without semicolon. */
  readonly up: (words: SchemaWords) => readonly string[];
}

interface Step {
  readonly name: string;
  readonly statements: readonly string[];
  readonly sha256: string;
}

interface Applied {
  readonly name: string;
  readonly sha256: string;
}

/** The key of the lock that all migrations of one Postgres database take: "assay" in ASCII. */
const LOCK = 0x61_73_73_61_79;

function stepsOf(migrations: readonly Migration[], engine: Engine): readonly Step[] {
  return migrations.map(({ name, up }, index) => {
    const number = String(index + 1).padStart(4, '0');
    if (!/^\d{4}-[a-z0-9-]+$/.test(name) || !name.startsWith(number)) {
      throw usage(`migration ${index + 1} is named ${name}; expected ${number}-what`, {
        field: 'migrations',
        actual: name,
      });
    }
    const statements = up(SCHEMA_WORDS[engine]);
    if (statements.some((statement) => statement.includes(';'))) {
      throw usage(`migration ${name} has a semicolon; write each statement as a text of its own`, { field: name });
    }
    return { name, statements, sha256: createHash('sha256').update(statements.join(';\n')).digest('hex') };
  });
}

/** Refuses a database that a newer or another version has written. */
function checkApplied(service: string, applied: readonly Applied[], steps: readonly Step[]): void {
  for (const [index, { name, sha256 }] of applied.entries()) {
    const step = steps[index];
    if (step?.name !== name) {
      const message = `the database has migration ${name} of ${service}, which this version does not know`;
      throw usage(`${message}; use the version that wrote it, or a newer one`, { field: service, actual: name });
    }
    if (step.sha256 !== sha256) {
      const message = `migration ${name} of ${service} is not the one that was applied to the database`;
      throw usage(`${message}; use the version that wrote it, or a newer one`, { field: service, actual: name });
    }
  }
}

async function appliedTo<Schema>(
  transaction: Transaction<Schema>,
  engine: Engine,
  service: string,
): Promise<Applied[]> {
  const { integer, text } = SCHEMA_WORDS[engine];
  const columns = `service ${text} not null, name ${text} not null, sha256 ${text} not null, applied_at ${integer} not null`;
  await transaction.executeQuery(
    CompiledQuery.raw(`create table if not exists assay_migrations (${columns}, primary key (service, name))`),
  );
  const query = sql<Applied>`select name, sha256 from assay_migrations where service = ${service} order by name`;
  return (await query.execute(transaction)).rows;
}

/**
 * Brings the tables of one service up to date, all steps in one transaction under a lock: processes that start at once
 * wait for the first. Several services may share a database. Answers the names of the steps that were applied; throws
 * `usage` for a database that a newer version has written.
 */
export async function migrate<Schema>(
  db: Database<Schema>,
  options: {
    readonly service: string;
    readonly migrations: readonly Migration[];
    readonly now?: () => Date;
  },
): Promise<readonly string[]> {
  const { service, migrations, now = () => new Date() } = options;
  const steps = stepsOf(migrations, db.engine);
  // Each statement sees what was committed before it: the one after the lock must see what the lock's last owner did.
  const transaction = db.sql.transaction().setIsolationLevel('read committed');
  return transaction.execute(async (trx) => {
    if (db.engine === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx);
    const applied = await appliedTo(trx, db.engine, service);
    checkApplied(service, applied, steps);
    const pending = steps.slice(applied.length);
    for (const { name, statements, sha256 } of pending) {
      for (const statement of statements) await trx.executeQuery(CompiledQuery.raw(statement));
      const row = sql`(${service}, ${name}, ${sha256}, ${now().getTime()})`;
      await sql`insert into assay_migrations (service, name, sha256, applied_at) values ${row}`.execute(trx);
    }
    return pending.map(({ name }) => name);
  });
}
