import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Handler, type Listener, type ListenOptions, listen, type Place } from '@assay/simulate/node';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';
import { codeOf, makeFolder, occupied, removeEmpty } from './folder.ts';
import { clearJournal, clearLeftovers, note } from './journal.ts';

/** What every part of a simulation stands on: its folder, its ports, its clock; and what is undone at the end. */
export interface Ground {
  readonly directory: string;
  readonly clock: () => Date;
  /** The same keys again for the same text; undefined for random ones. */
  readonly seed: string | undefined;
  /** The port of a service, by its distance from the first; 0 is any. */
  port(distance: number): number;
  /** A path inside the folder. */
  path(name: string): string;
  /** Writes a file that is removed at the end; for the owner alone, as the folder is. */
  write(name: string, content: string): Promise<string>;
  /** Makes a folder inside that is removed at the end, once it is empty. */
  folder(name: string): Promise<string>;
  /** Undone at the end, last first. */
  later(undo: () => Promise<void>): void;
  /** Serves until the end. What a handler throws is reported. */
  serve(handler: Handler, place: Place, options?: ListenOptions): Promise<Listener>;
  /** A port whose handler is given later: certificates name its address, and the handler needs them. */
  reserve(distance: number): Promise<{ readonly address: string; readonly open: (handler: Handler) => void }>;
}

/** Where a simulation is to be, and what it is told about itself. */
export interface GroundOptions {
  /** Default: a new folder for temporary files. */
  readonly directory: string | undefined;
  /** The first of its ports; 0 takes any that are free. */
  readonly firstPort: number;
  readonly seed: string | undefined;
  readonly clock: () => Date;
  readonly report: (message: string) => void;
}

/** Name of the socket by which a simulation has its folder. */
const MARK = 'simulation.sock';

/** Runs work on a ground, and undoes whatever was made there: also when the work fails midway. */
export async function onGround<T>(options: GroundOptions, work: (ground: Ground) => Promise<T>): Promise<T> {
  const undoing: (() => Promise<void>)[] = [];
  try {
    const later: Ground['later'] = (undo) => void undoing.push(undo);
    const directory = await makeDirectory(options.directory, later);
    const ground = groundIn(directory, later, options);
    // Whoever answers here has the folder; what is on its list otherwise was left by one that was killed.
    await ground.serve(inUse, { socket: join(directory, MARK) });
    await clearLeftovers(directory);
    later(() => clearJournal(directory));
    return await work(ground);
  } finally {
    for (const undo of undoing.reverse()) {
      await undo().catch((error: unknown) => options.report(`not undone: ${messageOf(error)}`));
    }
  }
}

async function inUse(): Promise<Response> {
  return new Response('A simulation of Assay has this folder.\n');
}

function groundIn(directory: string, later: Ground['later'], options: GroundOptions): Ground {
  const { firstPort, seed, clock, report } = options;
  const path = (name: string): string => join(directory, name);
  const port = (distance: number): number => (firstPort === 0 ? 0 : firstPort + distance);
  const folder = async (name: string): Promise<string> => {
    const made = await makeFolder(path(name), later);
    await note(directory, made);
    return made;
  };
  const serve: Ground['serve'] = async (handler, place, limits = {}) => {
    const remedy = 'port' in place ? '--ports' : '--directory';
    const onError = (error: unknown): void => report(messageOf(error));
    const listener = await listen(handler, place, { onError, ...limits }).catch((error: unknown) => {
      throw usage(`${messageOf(error)}; choose another place with ${remedy}`, remedy);
    });
    later(listener.close);
    if ('socket' in place && basename(place.socket) !== MARK) await note(directory, place.socket);
    return listener;
  };
  return {
    directory,
    clock,
    seed,
    port,
    path,
    folder,
    later,
    serve,
    async write(name, content) {
      const file = path(name);
      if (dirname(name) !== '.') await folder(dirname(name));
      // What is there already may be somebody's, and it would be gone at the end.
      await writeFile(file, content, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
        throw codeOf(error) === 'EEXIST' ? occupied(file) : fileError(error, file, '--directory');
      });
      later(() => rm(file, { force: true }));
      await note(directory, file);
      return file;
    },
    async reserve(distance) {
      const handler = Promise.withResolvers<Handler>();
      const { address } = await serve(async (request) => (await handler.promise)(request), { port: port(distance) });
      return { address, open: handler.resolve };
    },
  };
}

async function makeDirectory(given: string | undefined, later: Ground['later']): Promise<string> {
  if (given !== undefined) return makeFolder(resolve(given), later);
  const made = await mkdtemp(join(tmpdir(), 'assay-simulate-'));
  later(() => removeEmpty(made));
  return made;
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
