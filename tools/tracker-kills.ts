// A tracker is killed while reports arrive: `node --conditions=@assay/source tools/tracker-kills.ts [ROUNDS] [postgres]`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseOptions, openDatabase } from '@assay/store';
import { type Conservation, checkConservation, type TrackerDatabase, type TrackerSchema } from '@assay/tracker';
import { startPostgres } from './postgres.ts';
import { runProgram } from './store-programs.ts';

/** What many rounds came to. */
export interface Kills {
  readonly rounds: number;
  /** Receipts whose promise was given before the kill. */
  readonly acknowledged: number;
  /** Receipts in the ledger at the end; those whose answer the kill cut off are among them. */
  readonly kept: number;
  /** What should not be: promised and not there, at another number, twice. */
  readonly faults: readonly string[];
  readonly conservation: Conservation;
}

/** Receipts' ids with the numbers of their entries. Each comes once, since the table has each id once: checked all the same. */
async function receiptsIn(db: TrackerDatabase, faults: string[]): Promise<ReadonlyMap<string, number>> {
  const kept = new Map<string, number>();
  const rows = await db.sql.selectFrom('tracker_ledger').select(['entry', 'sequence']).orderBy('sequence').execute();
  for (const { entry, sequence } of rows) {
    const id = /"receipt":"([0-9a-f]{64})"/.exec(entry)?.[1];
    if (id === undefined) continue;
    if (kept.has(id)) faults.push(`receipt ${id} is there twice: ${kept.get(id)} and ${sequence}`);
    kept.set(id, sequence);
  }
  return kept;
}

/** Starts a tracker, kills it after some acknowledgements, and looks what it kept; so many times on one database. */
export async function killRounds(options: DatabaseOptions, rounds: number): Promise<Kills> {
  const promised = new Map<string, number>();
  const faults: string[] = [];
  let first = 0;
  for (let round = 0; round < rounds; round += 1) {
    const program = runProgram('report', options, String(first));
    const wanted = 1 + Math.floor(Math.random() * 200);
    await program.line(({ length }) => length >= wanted);
    program.kill();
    const exited = await program.exited;
    if (exited !== 'signal SIGKILL') faults.push(`round ${round} ended by ${exited}`);
    for (const line of program.lines()) {
      const [, report = '', id = '', sequence = ''] = /^(\d+) ([0-9a-f]{64}) (\d+)\.$/.exec(line) ?? [];
      if (id === '') continue;
      if (promised.has(id) && promised.get(id) !== Number(sequence)) faults.push(`receipt ${id} got two numbers`);
      promised.set(id, Number(sequence));
      // The reports in flight come again in the next round: whether they were kept, nobody was told.
      first = Math.max(first, Number(report) - 8);
    }
    await using db = await openDatabase<TrackerSchema>(options);
    const kept = await receiptsIn(db, faults);
    for (const [id, sequence] of promised) {
      if (kept.get(id) !== sequence) faults.push(`receipt ${id} was promised as ${sequence}, found is ${kept.get(id)}`);
    }
  }
  await using db = await openDatabase<TrackerSchema>(options);
  const kept = await receiptsIn(db, faults);
  return { rounds, acknowledged: promised.size, kept: kept.size, faults, conservation: await checkConservation(db) };
}

if (process.argv[1] === import.meta.filename) {
  const [, , rounds = '100', engine = 'sqlite'] = process.argv;
  await using postgres = engine === 'postgres' ? await startPostgres() : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'assay-kills-'));
  try {
    const options = postgres === undefined ? { file: join(folder, 'tracker.db') } : { url: postgres.newDatabase() };
    const kills = await killRounds(options, Number(rounds));
    process.stdout.write(`${JSON.stringify({ engine, ...kills }, null, 2)}\n`);
    if (kills.faults.length > 0 || kills.conservation.faults.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}
