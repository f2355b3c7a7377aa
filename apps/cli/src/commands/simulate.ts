import { dirname, resolve } from 'node:path';
import { type Hardware, realHardware } from '@assay/simulate/node';
import { type Answer, jsonText } from '../answer.ts';
import { EXIT, usage } from '../failure.ts';
import { readInput } from '../files.ts';
import type { Io } from '../io.ts';
import { announcement, announcementDocument } from '../simulation/announcement.ts';
import { exportLines, walksOf } from '../simulation/commands.ts';
import { type GroundOptions, onGround } from '../simulation/ground.ts';
import { hasDstack, startWorld, WORLDS, type World } from '../simulation/world.ts';
import { stopped } from '../stop.ts';
import { parseInteger } from '../values.ts';

/** Options of `assay simulate`. */
export interface SimulateFlags {
  readonly seed?: string;
  readonly appCompose?: string;
  readonly dstackVersion?: string;
  readonly directory?: string;
  readonly ports?: string;
  readonly besideHardware?: boolean;
  readonly json?: boolean;
}

/** What a simulation depends on besides its options. */
export interface Surroundings {
  /** Ends it. */
  readonly stop: AbortSignal;
  readonly hardware?: () => Promise<readonly Hardware[]>;
}

const FIRST_PORT = 8090;
/** Ports that a simulation takes from the first on. */
const PORTS = 6;

/**
 * Runs stand-ins for vendors and TEEs until it is told to stop, and then removes what it made. Says on standard output
 * what runs, once all does. Throws `usage` beside real hardware, and when a port is taken.
 */
export async function simulate(
  given: string | undefined,
  flags: SimulateFlags,
  io: Io,
  { stop, hardware = realHardware }: Surroundings,
): Promise<Answer> {
  const world = worldOf(given);
  if (!hasDstack(world)) refuseForDstack(world, flags);
  const appCompose =
    flags.appCompose === undefined ? undefined : await readInput(flags.appCompose, io, '--app-compose');
  const options = groundOptions(flags, io);
  if (!flags.besideHardware) refuseBeside(await hardware(), flags.directory);
  const dstack = { appCompose, version: flags.dstackVersion };
  await onGround(options, async (ground) => {
    const { report } = options;
    const part = await startWorld(world, ground, { dstack, report, stop });
    if (stop.aborted) return;
    const walks = await walksOf(part.trials, ground);
    const variables = await ground.write('env', exportLines({ ...part.environment, ...walks.shorthands }));
    const { directory, seed } = ground;
    const running = { world, seeded: seed !== undefined, pid: process.pid, directory, variables, part, walks };
    io.stdout(flags.json ? jsonText(announcementDocument(running)) : announcement(running, io));
    await stopped(stop);
    report('stopping');
  });
  return { output: '', exitCode: EXIT.trusted };
}

function worldOf(given = 'all'): World {
  const world = WORLDS.find((known) => known === given);
  if (world === undefined) throw usage(`expected one of ${WORLDS.join(', ')}, found ${given}`, 'WORLD');
  return world;
}

/** What would be of no effect is a mistake. */
function refuseForDstack(world: World, { appCompose, dstackVersion }: SimulateFlags): void {
  const field =
    appCompose !== undefined ? '--app-compose' : dstackVersion !== undefined ? '--dstack-version' : undefined;
  if (field !== undefined) throw usage(`${field}: ${world} has no guest of dstack; simulate dstack or all`, field);
}

function groundOptions({ seed, directory, ports }: SimulateFlags, io: Io): GroundOptions {
  if (seed === '') throw usage('--seed: expected text; leave it out for random keys', '--seed');
  if (directory === '') throw usage('--directory: expected a directory', '--directory');
  const firstPort = ports === undefined ? FIRST_PORT : parseInteger(ports, '--ports', 65_536 - PORTS);
  const report = (message: string): void => io.stderr(`assay: simulate: ${message}\n`);
  return { directory, firstPort, seed, clock: io.now, report };
}

function refuseBeside(all: readonly Hardware[], directory: string | undefined): void {
  // A socket in its own folder is one that it would replace, and it replaces none that anybody serves.
  const own = directory === undefined ? undefined : resolve(directory);
  const found = all.filter(({ path }) => dirname(path) !== own);
  if (found.length === 0) return;
  const list = found.map(({ path, what }) => `${path} (${what})`).join(', ');
  throw usage(
    `this machine attests for real: ${list}. A workload here could take simulated evidence for real; simulate elsewhere, or say --beside-hardware`,
    '--beside-hardware',
  );
}
