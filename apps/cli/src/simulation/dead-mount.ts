import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { usage } from '../failure.ts';
import { quoted } from './commands.ts';

/** What the mount table names as the source of a simulation's mounts. */
export const SOURCE = 'assay-simulated';

/** How long `umount` may take, milliseconds. */
const UNMOUNT = 10_000;

/**
 * Unmounts what a simulation that was killed left at a folder: nobody serves it any more. Throws `usage`, saying what to
 * run, when that cannot be done; what others mounted stays.
 */
export async function clearDeadMount(path: string): Promise<void> {
  if (!(await isDead(path))) return;
  const remedy = `a mount that nobody serves is there; run: sudo umount -l ${quoted(path)}`;
  if (!(await isOurs(path))) throw usage(`--directory: ${path}: ${remedy}`, '--directory');
  await promisify(execFile)('umount', ['-i', '-l', '--', path], { timeout: UNMOUNT }).catch(async () => {
    // Somebody else was quicker, or may and can what this process cannot.
    if (await isDead(path)) throw usage(`--directory: ${path}: ${remedy}`, '--directory');
  });
}

async function isDead(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOTCONN',
  );
}

/** Reads the mount table, proc(5): the last mount at a path is the one that is seen. */
async function isOurs(path: string): Promise<boolean> {
  const real = join(await realpath(dirname(path)), basename(path));
  const table = await readFile('/proc/self/mounts', 'utf8');
  const mounts = table.split('\n').map((line) => line.split(' '));
  const seen = mounts.findLast(([, at = '']) => unescaped(at) === real);
  return seen?.[0] === SOURCE;
}

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
