import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { GuestSystem } from './system.ts';

const SOURCES = resolve(import.meta.dirname, '../../packages/simulate/kernel');
const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache');

/** The provider module for the guest's kernel; one that was built before is taken when sources and kernel are the same. */
export function providerModule(system: GuestSystem): Uint8Array {
  const hash = createHash('sha256').update(system.kernel.release);
  for (const name of ['tsm_simulated.c', 'Makefile']) hash.update('\0').update(readFileSync(join(SOURCES, name)));
  const kept = join(CACHE, `tsm_simulated-${hash.digest('hex').slice(0, 16)}.ko`);
  if (existsSync(kept)) return readFileSync(kept);
  const module = build(system);
  mkdirSync(CACHE, { recursive: true });
  // Whoever looks at the same time sees it whole, or not yet.
  const unfinished = `${kept}.${process.pid}`;
  writeFileSync(unfinished, module);
  renameSync(unfinished, kept);
  return module;
}

function build({ make, kernel }: GuestSystem): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'assay-module-'));
  try {
    cpSync(SOURCES, folder, { recursive: true });
    // The first variable leaves out type information, for which Debian's headers have no tool.
    const variables = ['CONFIG_DEBUG_INFO_BTF_MODULES=', 'W=1', 'KCFLAGS=-Werror'];
    execFileSync(make, ['-s', '-C', kernel.headers, `M=${folder}`, ...variables, 'modules'], { stdio: 'pipe' });
    return readFileSync(join(folder, 'tsm_simulated.ko'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
