import { randomUUID } from 'node:crypto';
import { IMAGE } from './image.ts';
import { podman } from './podman.ts';
import { spawnUntil } from './spawn-until.ts';

/** What a container gets beside its command. */
export interface ContainerOptions {
  /** Of `podman run`. */
  readonly options?: readonly string[];
  /** A line on its standard output that says that it is ready. */
  readonly ready: RegExp;
}

/** A container of the image, for one test; `await using` removes it. */
export interface Container extends AsyncDisposable {
  readonly name: string;
  /** Where its port 8080 is reached from here, if it was published: `http://127.0.0.1:PORT`. */
  origin(): Promise<string>;
  /** Stops it as an orchestrator does: SIGTERM, and SIGKILL after ten seconds. Resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Waits until a container that runs has said something. */
export async function waitUntilSaid(name: string, text: RegExp): Promise<void> {
  const { child, ended } = await spawnUntil(['logs', '--follow', name], text);
  child.kill();
  await ended;
}

/** Seconds after which Podman ends a container whose test has died. */
const LIFE = 600;

/** Starts a container, and waits until it says that it is ready. */
export async function runContainer(
  command: readonly string[],
  { options = [], ready }: ContainerOptions,
): Promise<Container> {
  const name = `assay-test-${randomUUID()}`;
  const args = ['run', '--rm', '--pull=never', `--timeout=${LIFE}`, '--name', name, ...options, IMAGE, ...command];
  const { ended } = await spawnUntil(args, ready);
  return {
    name,
    origin: async () => `http://${await podman(['port', name, '8080/tcp'])}`,
    async stop() {
      await podman(['stop', '--time', '10', name]);
      return await ended;
    },
    async [Symbol.asyncDispose]() {
      await podman(['rm', '--force', '--ignore', '--time', '10', name]);
      await ended;
    },
  };
}
