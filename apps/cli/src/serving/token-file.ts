import { readFileSync, type Stats, statSync } from 'node:fs';
import type { BearerToken } from '@assay/server';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';

/** What headers can carry, and nobody guesses. */
const TOKEN = /^[!-~]{16,4096}$/;

/**
 * The token in a file, read again whenever the file changes; nobody is the bearer while it is missing or open to all.
 * Throws `usage` where it is so at the start, and says how to make one.
 */
export function bearerOf(path: string, report: (message: string) => void): BearerToken {
  const field = '--token-file';
  const make = `make it with (umask 027; openssl rand -hex 32 > ${path}), and chgrp it to the group that may read it`;
  let seen = '';
  let token: string | undefined;
  const read = (): void => {
    let found: Stats;
    try {
      found = statSync(path);
    } catch (error) {
      token = undefined;
      seen = '';
      throw usage(`${fileError(error, path, field).message}; ${make}`, field);
    }
    const now = [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ');
    if (now === seen) return;
    seen = now;
    token = undefined;
    token = checked(path, found);
  };
  read();
  return () => {
    try {
      read();
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    }
    return token;
  };
}

function checked(path: string, found: Stats): string {
  const field = '--token-file';
  const { mode, size } = found;
  // Reading a pipe would wait for whoever writes.
  if (!found.isFile()) throw usage(`${field}: ${path}: expected a file`, field);
  if ((mode & 0o007) !== 0) throw usage(`${field}: ${path}: everybody has access to it; chmod 0640 ${path}`, field);
  const text = size > 8192 ? '' : contentOf(path, field);
  if (!TOKEN.test(text))
    throw usage(`${field}: ${path}: expected 16 to 4096 printable characters on one line, without spaces`, field);
  return text;
}

function contentOf(path: string, field: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch (error) {
    throw fileError(error, path, field);
  }
}
