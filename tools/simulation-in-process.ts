import type { Hardware } from '@assay/simulate/node';
import { type SimulateFlags, simulate } from '../apps/cli/src/commands/simulate.ts';

/** What `assay simulate --json` prints. */
export interface SimulationDocument {
  readonly schema: string;
  readonly simulated: boolean;
  readonly seeded: boolean;
  readonly world: string;
  readonly pid: number;
  readonly directory: string;
  readonly services: readonly { readonly name: string; readonly at: string }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly walks: readonly {
    readonly name: string;
    readonly commands: readonly {
      readonly environment: Readonly<Record<string, string>>;
      readonly args: readonly string[];
    }[];
  }[];
}

/** A simulation in this process; `await using` ends it. */
export interface Simulation extends AsyncDisposable {
  readonly document: SimulationDocument;
  /** What it printed. */
  readonly text: string;
  /** Ends it, and resolves to the exit code. */
  readonly stop: () => Promise<number>;
}

/** Starts a simulation on free ports, and waits until it says what runs. Rejects when it does not start. */
export async function startSimulation(
  world: string,
  flags: SimulateFlags = {},
  hardware: () => Promise<readonly Hardware[]> = async () => [],
): Promise<Simulation> {
  const stop = new AbortController();
  const ready = Promise.withResolvers<string>();
  const io = {
    stdin: async () => new Uint8Array(),
    stdout: ready.resolve,
    stderr: () => undefined,
    now: () => new Date(),
    env: {},
    columns: 100,
    colour: false,
  };
  const ended = simulate(world, { ports: '0', json: true, ...flags }, io, { stop: stop.signal, hardware });
  // What ends before it is ready has failed.
  const text = await Promise.race([ready.promise, ended.then(() => Promise.reject(new Error('it ended by itself')))]);
  const finish = async (): Promise<number> => {
    stop.abort();
    return (await ended).exitCode;
  };
  const document = flags.json === false ? NO_DOCUMENT : (JSON.parse(text) as SimulationDocument);
  return { document, text, stop: finish, [Symbol.asyncDispose]: async () => void (await finish()) };
}

const NO_DOCUMENT: SimulationDocument = {
  ...{ schema: '', simulated: true, seeded: false, world: '', pid: 0, directory: '' },
  ...{ services: [], environment: {}, absent: [], walks: [] },
};
