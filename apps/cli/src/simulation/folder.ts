import { mkdir, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';

/** Makes a folder, and those above it; all that were made are removed later, once they are empty. Throws `usage`. */
export async function makeFolder(path: string, later: (undo: () => Promise<void>) => void): Promise<string> {
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

/** An error for a place that is somebody's. */
export function occupied(path: string): Error {
  return usage(`--directory: ${path} is there already; name a folder that is new or empty`, '--directory');
}

/** The code of a system error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Removes a folder unless something is in it: what others put there stays. */
export async function removeEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOTEMPTY') throw error;
  });
}
