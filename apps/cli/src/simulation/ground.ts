import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Handler, type Listener, type ListenOptions, listen, type Place } from '@assay/simulate/node';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';

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
    const mark = join(directory, MARK);
    const abandoned = existsSync(mark);
    const ground = groundIn(directory, later, { ...options, abandoned });
    // Whoever answers here has the folder; one that does not was killed, and what it left may be replaced.
    await ground.serve(async () => new Response('A simulation of Assay has this folder.\n'), { socket: mark });
    return await work(ground);
  } finally {
    for (const undo of undoing.reverse()) {
      await undo().catch((error: unknown) => options.report(`not undone: ${messageOf(error)}`));
    }
  }
}

function groundIn(
  directory: string,
  later: Ground['later'],
  options: GroundOptions & { readonly abandoned: boolean },
): Ground {
  const { firstPort, seed, clock, report } = options;
  const path = (name: string): string => join(directory, name);
  const port = (distance: number): number => (firstPort === 0 ? 0 : firstPort + distance);
  const folder = (name: string): Promise<string> => makeFolder(path(name), later);
  const serve: Ground['serve'] = async (handler, place, limits = {}) => {
    const remedy = 'port' in place ? '--ports' : '--directory';
    const onError = (error: unknown): void => report(messageOf(error));
    const listener = await listen(handler, place, { onError, ...limits }).catch((error: unknown) => {
      throw usage(`${messageOf(error)}; choose another place with ${remedy}`, remedy);
    });
    later(listener.close);
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
      if (dirname(file) !== directory) await makeFolder(dirname(file), later);
      if (options.abandoned) await rm(file, { force: true });
      // What is there otherwise may be somebody's, and it would be gone at the end.
      await writeFile(file, content, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
        throw codeOf(error) === 'EEXIST' ? occupied(file) : fileError(error, file, '--directory');
      });
      later(() => rm(file, { force: true }));
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

async function makeFolder(path: string, later: Ground['later']): Promise<string> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw codeOf(error) === 'EEXIST' ? occupied(path) : fileError(error, path, '--directory');
  });
  const folders: string[] = [];
  // The highest folder that was made; undefined when all were there.
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
    folders.push(made);
  }
  later(async () => {
    for (const folder of folders) await removeEmpty(folder);
  });
  return path;
}

function occupied(path: string): Error {
  return usage(`--directory: ${path} is there already; name a folder that is new or empty`, '--directory');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** What others put there stays. */
async function removeEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOTEMPTY') throw error;
  });
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
