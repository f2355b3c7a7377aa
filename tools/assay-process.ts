import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** What a process of `assay` left behind. */
export interface Answer {
  /** The exit code, or the signal that ended it. */
  readonly exit: number | string;
  readonly output: string;
  readonly log: string;
}

/** What a process gets besides its arguments. */
export interface Surroundings {
  readonly stdin?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

const COMMAND = join(import.meta.dirname, '../apps/cli/bin/assay.js');
/** A process that takes longer hangs. */
const TIMEOUT = 60_000;

/** Runs the built command in a process of its own. */
export function assay(args: readonly string[], { stdin, env }: Surroundings = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } };
    const child = execFile(process.execPath, [COMMAND, ...args], options, (error, output, log) => {
      resolve({ exit: error === null ? 0 : (error.code ?? String(error.signal)), output, log });
    });
    // A command that does not read its input closes it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}
