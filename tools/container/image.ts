import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBaseImage, podman } from './podman.ts';

/** The image of the command, as the compose file names it. */
export const IMAGE = 'docker.io/library/assay:latest';
/** What it begins with. */
export const BASE_IMAGE = 'docker.io/library/node:24-slim';

const BUILD_TIMEOUT = 900_000;

/** Builds the image from the working tree. Its npm gets this machine's registry and authorities as a secret. */
export async function buildImage(): Promise<void> {
  makeBaseImage();
  const folder = await mkdtemp(join(tmpdir(), 'assay-image-'));
  try {
    const npmrc = join(folder, 'npmrc');
    await writeFile(npmrc, await npmSettings(), { mode: 0o600 });
    // Health checks are Docker's own: its format keeps them. Raising limits is not everybody's right.
    const how = [
      '--format=docker',
      '--isolation=chroot',
      '--ulimit=nofile=1024:1024',
      '--network=host',
      '--pull=never',
    ];
    const args = [...how, '--layers=false', `--secret=id=npmrc,src=${npmrc}`, '--file=docker/Dockerfile'];
    await podman(['build', '--quiet', ...args, '--tag', IMAGE, '.'], BUILD_TIMEOUT);
    // The image that had the name before.
    await podman(['image', 'prune', '--force']);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Where npm finds packages here, and whom it trusts beyond its own list: the image has no such file. */
async function npmSettings(): Promise<string> {
  const [registry = '', cafile = ''] = ['registry', 'cafile'].map((key) =>
    execFileSync('npm', ['config', 'get', key], { encoding: 'utf8' }).trim(),
  );
  const path = cafile === 'null' ? process.env.NODE_EXTRA_CA_CERTS : cafile;
  const pem = path ? await readFile(path, 'utf8') : '';
  const authorities = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return [`registry=${registry}`, ...authorities.map((ca) => `ca[]=${JSON.stringify(ca)}`), ''].join('\n');
}
