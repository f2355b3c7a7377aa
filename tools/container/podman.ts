import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The environment in which Podman keeps to a store and settings of its own. */
export const PODMAN_ENVIRONMENT: Readonly<Record<string, string>> = {
  CONTAINERS_CONF: join(import.meta.dirname, 'containers.conf'),
  CONTAINERS_STORAGE_CONF: join(import.meta.dirname, 'storage.conf'),
};

const environment = { ...process.env, ...PODMAN_ENVIRONMENT };
const run = promisify(execFile);

/** Whether images can be built and run here: by root, with Podman, on a base of Debian's packages. */
export const podmanWorks =
  process.geteuid?.() === 0 &&
  spawnSync('mmdebstrap', ['--version']).status === 0 &&
  spawnSync('podman', ['info'], { env: environment }).status === 0;

/** Runs `podman`, at most for some milliseconds; resolves with what it prints. */
export async function podman(args: readonly string[], timeout = 120_000): Promise<string> {
  const { stdout } = await run('podman', args, { env: environment, timeout, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** A volume for one test. */
export interface Volume extends AsyncDisposable {
  readonly name: string;
}

/** Makes an empty volume. */
export async function makeVolume(): Promise<Volume> {
  const name = await podman(['volume', 'create', `assay-test-${randomUUID()}`]);
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await podman(['volume', 'rm', '--force', name]);
    },
  };
}

/** Makes the image that others begin with, unless it is there. */
export function makeBaseImage(): void {
  execFileSync('bash', [join(import.meta.dirname, 'base-image.sh')], { stdio: 'pipe', timeout: 300_000 });
}
