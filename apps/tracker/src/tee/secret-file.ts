import { randomBytes } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { AssayError } from '@assay/verify';
import { fromHex, toHex } from '@assay/verify/codec';

const BYTES = 32;
const LINE = /^[0-9a-f]{64}\n?$/;

/**
 * The secret of a file, 32 bytes in hexadecimal; a new one where there is no file yet. Throws `usage` for a file that is
 * none, or that others may read.
 */
export async function secretOf(path: string, field: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      const secret = randomBytes(BYTES);
      await file.writeFile(`${toHex(secret)}\n`);
      await file.sync();
      return secret;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return existing(path, field);
    throw usage(`${field}: ${path}: ${codeOf(error)}; name a file in a folder that can be written`, field);
  }
}

async function existing(path: string, field: string): Promise<Uint8Array> {
  const { mode, size } = await stat(path);
  if ((mode & 0o077) !== 0) throw usage(`${field}: ${path}: others have access to it; chmod 0600 ${path}`, field);
  const text = size > 100 ? '' : await readFile(path, 'latin1');
  if (!LINE.test(text)) throw usage(`${field}: ${path}: expected ${2 * BYTES} digits of lower-case hexadecimal`, field);
  return fromHex(text.trim(), field);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

function usage(message: string, field: string): AssayError {
  return new AssayError('usage', message, { field });
}
