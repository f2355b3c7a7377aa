import { join } from 'node:path';
import { tracker } from '../apps/cli/src/commands/tracker.ts';
import { type Folder, makeFolder } from './demo-folder.ts';
import { type RunningService, startService } from './service-in-process.ts';
import { shell } from './shell.ts';
import { type Simulation, startSimulation } from './simulation-in-process.ts';

/** What the tracker answers. */
export type Answered = Readonly<Record<string, unknown>>;

/** A tracker on a simulated dstack, and a shell that knows where it is; `await using` ends both. */
export interface TrackerInProcess extends AsyncDisposable {
  readonly service: RunningService;
  readonly simulation: Simulation;
  readonly folder: Folder;
  /** Address of the simulated collateral service. */
  readonly pcs: string;
  /** Runs `curl -sS …` with $AT for its address, and reads the answer. */
  readonly curl: <T = Answered>(command: string) => Promise<T>;
  /** `curl -X POST` of a JSON body, with more options. */
  readonly posted: <T = Answered>(path: string, body: object, more?: string) => Promise<T>;
}

/** The id of the document that its commands are from. */
export const INSTANCE = 'tracker_instance_1';

/**
 * Starts both, or a tracker beside a simulation that runs already, and goes on. The tracker trusts the simulation's root, and
 * answers to programs of this machine.
 */
export async function startTrackerInProcess(
  flags: object = {},
  env: Readonly<Record<string, string>> = { TEE_MODE: 'enabled' },
  running?: Simulation,
): Promise<TrackerInProcess> {
  const folder = await makeFolder();
  await folder.write({ '.keep': '' }, 'shell');
  const simulation = running ?? (await startSimulation('dstack', { directory: folder.path('dstack') }));
  const end = async (): Promise<void> => {
    if (running === undefined) await simulation.stop();
    await folder[Symbol.asyncDispose]();
  };
  const pcs = simulation.document.services.find(({ name }) => name === 'Intel PCS v4')?.at ?? '';
  const all = {
    ...{ host: '127.0.0.1', port: '0', udpPort: 'off', metricsPort: '0', json: true, dev: true },
    ...{ instanceId: INSTANCE, database: folder.path('tracker.db'), keyFile: folder.path('tracker.key') },
    ...{ pccsUrls: [pcs], rootCa: join(simulation.document.directory, 'roots/intel.pem'), allowSimulated: true },
    ...flags,
  };
  const environment = { ...simulation.document.environment, ...env };
  const service = await startService((io, stop) => tracker(all, io, stop), environment).catch(
    async (error: unknown) => {
      await end();
      throw error;
    },
  );
  const curl = async <T = Answered>(command: string): Promise<T> => {
    const at = { AT: service.at('tracker'), NO_PROXY: '*' };
    return JSON.parse(await shell(`curl -sS ${command}`, folder.path('shell'), at)) as T;
  };
  return {
    ...{ service, simulation, folder, pcs, curl },
    posted: (path, body, more = '') =>
      curl(`-X POST $AT${path} -H "Content-Type: application/json" ${more} -d '${JSON.stringify(body)}'`),
    [Symbol.asyncDispose]: async () => {
      await service.stop();
      await end();
    },
  };
}
