import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Why a script cannot run here: the first of these commands that is missing; undefined when all are there. */
export function missingCommand(...names: readonly string[]): string | undefined {
  const missing = names.find((name) => !(process.env.PATH ?? '').split(delimiter).some((folder) => runs(folder, name)));
  return missing === undefined ? undefined : `no ${missing} on this machine`;
}

function runs(folder: string, name: string): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a script of bash in a folder, which ends with the first command that fails; resolves to what it printed. */
export async function shell(script: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 60_000 };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options);
  return stdout;
}
