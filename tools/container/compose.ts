import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawnUntil } from './spawn-until.ts';

/** Compose 2, where `npm run setup:system` puts it, or as a plugin of Docker; undefined where there is none. */
export const composePath = [
  '/var/cache/assay/compose/docker-compose',
  '/usr/libexec/docker/cli-plugins/docker-compose',
].find(existsSync);

const run = promisify(execFile);

/** Runs Compose; resolves with what it prints. */
export async function compose(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run(composePath ?? '', args, { env: { ...process.env, ...env }, timeout: 120_000 });
  return stdout.trim();
}

/** Podman's service, which speaks as Docker's does. */
export interface PodmanService extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string;
}

/** Starts Podman's service on a socket in a folder. */
export async function startPodmanService(folder: string): Promise<PodmanService> {
  const host = `unix://${join(folder, 'podman.sock')}`;
  const { child, ended } = await spawnUntil(
    ['--log-level=info', 'system', 'service', '--time=0', host],
    /API service listening/,
  );
  return {
    host,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
