import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, type RawEndorsements } from '@assay/verify';
import { endorsementsFromDirectory, parseEndorsements } from '@assay/verify/endorsements';
import { usage } from '../failure.ts';
import { fileError, MAX_INPUT, readInput } from '../files.ts';
import type { Io } from '../io.ts';

/** Names that endorsements have: quotes and logs may lie beside them. */
const FILE_NAME = /^[^.].*\.(?:json|pem|der)$/;

/** A directory has a handful of files; one with thousands is not what was meant. */
const MAX_FILES = 64;

/** Reads `--collateral`, a directory or one file. Throws `usage` when it cannot be read; malformed is for the verdict. */
export async function readCollateral(path: string, io: Io, field = '--collateral'): Promise<RawEndorsements> {
  if (path === '-' || !(await isDirectory(path, field)))
    return fromFile(await readInput(path, io, field), path, io, field);
  const files: Record<string, Uint8Array> = {};
  let size = 0;
  for (const name of await namesIn(path, field)) {
    const bytes = await readInput(join(path, name), io, field);
    size += bytes.length;
    if (size > MAX_INPUT) throw usage(`${field}: ${path} holds more than ${MAX_INPUT} bytes`, field);
    files[name] = bytes;
  }
  return endorsementsFromDirectory(files);
}

/** A file that does not parse holds no endorsements: their own checks fail then, and people are told why. */
function fromFile(bytes: Uint8Array, path: string, io: Io, field: string): RawEndorsements {
  try {
    return parseEndorsements(bytes);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    io.stderr(`assay: ${field}: ${path}: ${error.message}; going on without\n`);
    return {};
  }
}

async function isDirectory(path: string, field: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileError(error, path, field);
  }
}

async function namesIn(path: string, field: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    // Links too: secrets and volumes are often mounted as links.
    const names = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
    const files = names.filter((name) => FILE_NAME.test(name)).sort();
    if (files.length > MAX_FILES) throw usage(`${field}: ${path} holds more than ${MAX_FILES} files`, field);
    return files;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('E')) {
      throw fileError(error, path, field);
    }
    throw error;
  }
}
