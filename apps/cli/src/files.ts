import { type FileHandle, open } from 'node:fs/promises';
import { AssayError } from '@assay/verify';
import { usage } from './failure.ts';
import type { Io } from './io.ts';

/** The largest input that is read, in bytes. */
export const MAX_INPUT = 16_777_216;

/** The bytes of a file, or of standard input for `-`. Throws `usage`, naming `field`, when it cannot be read. */
export async function readInput(path: string, io: Io, field = 'FILE'): Promise<Uint8Array> {
  const bytes = path === '-' ? await io.stdin(MAX_INPUT) : await readBounded(path, field);
  if (bytes === undefined) {
    throw usage(`${field}: ${nameOf(path)} is larger than ${MAX_INPUT} bytes`, field);
  }
  return bytes;
}

/** The text of a file. Throws `usage`, naming `field`, when it cannot be read or is no UTF-8. */
export async function readText(path: string, io: Io, field: string): Promise<string> {
  const bytes = await readInput(path, io, field);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usage(`${field}: ${nameOf(path)} is not UTF-8 text`, field);
  }
}

/** How a file is called in messages. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** Why a file cannot be used, as an error that names the option. */
export function fileError(error: unknown, path: string, field: string): AssayError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new AssayError('usage', `${field}: ${path}: ${REASONS[code] ?? code}`, { field }, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is no directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
};

async function readBounded(path: string, field: string): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > MAX_INPUT) return undefined;
    // Pipes and files in /proc have no size of their own.
    return size > 0 ? await file.readFile() : await readStream(file);
  } catch (error) {
    throw fileError(error, path, field);
  } finally {
    await file?.close();
  }
}

async function readStream(file: FileHandle): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    length += (chunk as Uint8Array).length;
    if (length > MAX_INPUT) return undefined;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
