import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';

/** Files of a collateral directory by name. */
type Files = ReadonlyMap<string, Uint8Array>;

/** Files that belong to one set: where one of a family is written, others of it are of the past. */
const FAMILIES: readonly (readonly string[])[] = [
  [
    'tcbInfo.json',
    'qeIdentity.json',
    'tcbSignChain.pem',
    'qeIdentitySignChain.pem',
    'rootCaCrl.der',
    'pckCrl.der',
    'intermediateCaCrl.der',
    'pckCrlIssuerChain.pem',
    'pckCertChain.pem',
    'pckCert.pem',
    'pckSignChain.pem',
  ],
  ['vcek.der', 'vlek.der', 'ask.der', 'ark.der', 'arkCrl.der'],
];

/**
 * Writes a collateral directory. A new one appears whole or not at all; in one that exists each file is replaced whole,
 * once all are on the disk, and files of an older set go. Throws `usage` when that cannot be done.
 */
export async function writeDirectory(directory: string, files: Files, field = '-o'): Promise<void> {
  const target = resolve(directory);
  try {
    await mkdir(dirname(target), { recursive: true });
    const present = await entriesOf(target);
    const staging = await mkdtemp(join(present === undefined ? dirname(target) : target, `.${basename(target)}-`));
    try {
      for (const [name, bytes] of files) await writeFile(join(staging, name), bytes, { flush: true });
      if (present === undefined) await rename(staging, target);
      else await replace(target, staging, files, present);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw fileError(error, directory, field);
  }
}

/** Writes one file whole or not at all; a pipe or a device is written to as it is. Throws `usage` when that cannot be done. */
export async function writeWhole(path: string, bytes: Uint8Array, field = '-o'): Promise<void> {
  if (path === '') throw usage(`${field}: expected a file`, field);
  try {
    // A link stays one, and what is no plain file, such as /dev/null, must not be replaced by one.
    const target = await realpath(path).catch(() => path);
    const found = await stat(target).catch(() => undefined);
    if (found === undefined || found.isFile()) await replaceFile(target, bytes);
    else await writeFile(target, bytes);
  } catch (error) {
    throw fileError(error, path, field);
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const staging = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(staging, bytes, { flush: true, flag: 'wx' });
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { force: true });
    throw error;
  }
}

/** Names in a directory; undefined when it does not exist. */
async function entriesOf(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replace(target: string, staging: string, files: Files, present: readonly string[]): Promise<void> {
  const families = FAMILIES.filter((names) => names.some((name) => files.has(name)));
  const stale = families.flat().filter((name) => present.includes(name) && !files.has(name));
  // First what must not be read together with the new set; a set that lacks a file is refused, a mixed one might not be.
  for (const name of stale) await rm(join(target, name));
  for (const name of files.keys()) await rename(join(staging, name), join(target, name));
}

/** Throws `usage` when a directory cannot be made at a path, before anything is fetched for it. */
export async function assertDirectory(directory: string, field = '-o'): Promise<void> {
  try {
    await entriesOf(resolve(directory));
  } catch (error) {
    throw fileError(error, directory, field);
  }
  if (directory === '') throw usage(`${field}: expected a directory`, field);
}
