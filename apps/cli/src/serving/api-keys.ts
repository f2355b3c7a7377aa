import { readFileSync, statSync } from 'node:fs';
import { type ApiKeys, parseApiKeys } from '@assay/server';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';

const FIELD = '--keys-file';
const MAX_FILE = 4_194_304;

/**
 * The keys in a file, read again whenever it changes. Nobody has a key while the file is missing, wrong, or may be
 * written by others. Throws `usage` where it is so at the start.
 */
export function apiKeysOf(path: string, report: (message: string) => void): () => ApiKeys {
  let seen = '';
  let told = '';
  let keys: ApiKeys = new Map();
  const read = (): void => {
    const before = seen;
    // While the file cannot be trusted nobody has a key.
    seen = '';
    const now = stateOf(path);
    seen = now;
    if (now === before) return;
    keys = new Map();
    const bytes = readFileSync(path);
    if (bytes.length > MAX_FILE) throw usage(`${FIELD}: ${path}: longer than ${MAX_FILE} bytes`, FIELD);
    keys = parseApiKeys(bytes.toString('utf8'), path);
    told = '';
  };
  read();
  return () => {
    try {
      read();
    } catch (error) {
      keys = new Map();
      const message = error instanceof Error ? error.message : String(error);
      if (message !== told) report(message);
      told = message;
    }
    return keys;
  };
}

/** Changes with the file. Throws `usage` where it cannot be trusted. */
function stateOf(path: string): string {
  try {
    const { ino, size, mode, mtimeMs, ctimeMs } = statSync(path);
    if ((mode & 0o022) !== 0) throw usage(`${FIELD}: ${path}: others may write it; chmod 0600 ${path}`, FIELD);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (error) {
    const make = `make a key with assay serve verifier --new-key ID, and append its line to ${path}`;
    if (error instanceof Error && 'syscall' in error) {
      throw usage(`${fileError(error, path, FIELD).message}; ${make}`, FIELD);
    }
    throw error;
  }
}
