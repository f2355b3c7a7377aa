import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { GuestSystem } from './system.ts';

const SOURCES = resolve(import.meta.dirname, '../../packages/simulate/kernel');

/**
 * The provider module `tsm_simulated.ko` for the guest's kernel. What was built is kept in the folder for temporary
 * files, under the hash of sources and kernel.
 */
export function buildProvider({ make, kernel }: GuestSystem): Uint8Array {
  const hash = createHash('sha256').update(kernel.release);
  for (const name of ['tsm_simulated.c', 'Makefile']) hash.update('\0').update(readFileSync(join(SOURCES, name)));
  const kept = join(tmpdir(), `assay-tsm-simulated-${userInfo().uid}-${hash.digest('hex').slice(0, 16)}.ko`);
  if (existsSync(kept)) return readFileSync(kept);
  const folder = mkdtempSync(join(tmpdir(), 'assay-module-'));
  try {
    cpSync(SOURCES, folder, { recursive: true });
    // The variable leaves out type information, for which Debian's headers have no tool.
    const args = ['-s', '-C', kernel.headers, `M=${folder}`, 'CONFIG_DEBUG_INFO_BTF_MODULES=', 'W=1', 'modules'];
    const output = execFileSync(make, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    if (output !== '') throw new Error(`the module gives rise to warnings:\n${output}`);
    renameSync(join(folder, 'tsm_simulated.ko'), kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return readFileSync(kept);
}
