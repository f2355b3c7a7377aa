import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createLine, type Line } from '../line.ts';

/** Gramine's folder of pseudo-files, or a stand-in. Failures are system errors with their `code`. */
export interface PseudoFiles {
  /** What messages call the folder. */
  readonly path: string;
  /** What one open of the file holds; `name` is relative, such as `keys/default`. More than `maxBytes` is cut there. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Writes to a file that exists, in one call: Gramine takes each write for the whole value. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

const folders = new Map<string, PseudoFiles>();
const lines = new WeakMap<PseudoFiles, Line>();
const MAX_WAITING = 64;

/** The pseudo-files below a folder: the same object for the same path. */
export function pseudoFiles(path: string): PseudoFiles {
  const known = folders.get(path);
  if (known !== undefined) return known;
  const files: PseudoFiles = {
    path,
    read: (name, maxBytes) => opened(join(path, name), 'r', (file) => readUpTo(file, maxBytes)),
    // Not truncated, and not created: a folder without Gramine gets no file of that name.
    write: (name, bytes) => opened(join(path, name), 'r+', (file) => writeOnce(file, bytes)),
  };
  folders.set(path, files);
  return files;
}

/** The line of all who use the files: the whole process has one report data, and another writer would replace it. */
export function lineOf(files: PseudoFiles): Line {
  const known = lines.get(files);
  if (known !== undefined) return known;
  const line = createLine(files.path, MAX_WAITING);
  lines.set(files, line);
  return line;
}

async function opened<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readUpTo(file: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(maxBytes);
  let size = 0;
  while (size < maxBytes) {
    const { bytesRead } = await file.read(bytes, size, maxBytes - size, null);
    if (bytesRead === 0) break;
    size += bytesRead;
  }
  return bytes.slice(0, size);
}

async function writeOnce(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, null);
  if (bytesWritten !== bytes.length) throw new Error(`${bytesWritten} of ${bytes.length} bytes were written`);
}
