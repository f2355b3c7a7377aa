import { appendFile, lstat, readFile, rm } from 'node:fs/promises';
import { join, normalize, relative } from 'node:path';
import { clearDeadMount } from './dead-mount.ts';
import { removeEmpty } from './folder.ts';

/** Name of the file that lists what a simulation made in its folder, a line for each: whoever is killed cannot undo it. */
const NAME = 'simulation.list';

/** Notes a path inside the folder, once something was made there. */
export async function note(directory: string, path: string): Promise<void> {
  await appendFile(join(directory, NAME), `${relative(directory, path)}\n`, { mode: 0o600 });
}

/** Removes what a simulation that was killed left in its folder; what others put there stays. */
export async function clearLeftovers(directory: string): Promise<void> {
  const list = await readFile(join(directory, NAME), 'utf8').catch(() => '');
  const names = list.split('\n').filter((name) => name !== '' && inside(name));
  for (const name of names.reverse()) {
    const path = join(directory, name);
    await clearDeadMount(path);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) await removeEmpty(path);
    else await rm(path, { force: true });
  }
  await clearJournal(directory);
}

/** Removes the list. */
export async function clearJournal(directory: string): Promise<void> {
  await rm(join(directory, NAME), { force: true });
}

function inside(name: string): boolean {
  return normalize(name) === name && !/^(\.\.)?(\/|$)/.test(name);
}
