import { constants, open } from 'node:fs/promises';
import { createLine, type Line } from '../line.ts';
import type { TsmFiles, TsmHandle } from '../tsm/files.ts';

/** The files in which Gramine's folder is: what is used of node:fs/promises, which is one implementation. */
export type GramineFiles = Pick<TsmFiles, 'open'>;

/** A folder of pseudo-files. Failures are system errors with their `code`. */
export interface PseudoFiles {
  /** `/dev/attestation` */
  readonly path: string;
  /** One at a time: the process has one report data, and another writer would replace it. */
  readonly line: Line;
  /** What one open of the file holds, cut after `maxBytes`; `name` is relative, such as `keys/default`. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Writes to a file that exists, in one call: Gramine takes each write for the whole value. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

const REAL: GramineFiles = { open };
const folders = new WeakMap<GramineFiles, Map<string, PseudoFiles>>();

/** The pseudo-files below a folder: the same object, with the same line, for all who use it. */
export function pseudoFiles(path = '/dev/attestation', files: GramineFiles = REAL): PseudoFiles {
  const known = folders.get(files) ?? new Map<string, PseudoFiles>();
  folders.set(files, known);
  const folder = known.get(path) ?? createPseudoFiles(path, files);
  known.set(path, folder);
  return folder;
}

function createPseudoFiles(path: string, files: GramineFiles): PseudoFiles {
  const opened = async <T>(name: string, flags: number, use: (file: TsmHandle) => Promise<T>): Promise<T> => {
    const file = await files.open(`${path}/${name}`, flags);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  };
  return {
    path,
    line: createLine(path),
    read: (name, maxBytes) => opened(name, constants.O_RDONLY, (file) => readUpTo(file, maxBytes)),
    // Not created: where there is no Gramine, no file of that name shall come to be.
    write: (name, bytes) => opened(name, constants.O_WRONLY, (file) => writeOnce(file, bytes)),
  };
}

async function readUpTo(file: TsmHandle, maxBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(maxBytes);
  let size = 0;
  while (size < maxBytes) {
    const { bytesRead } = await file.read(bytes, size, maxBytes - size, null);
    if (bytesRead === 0) break;
    size += bytesRead;
  }
  // No copy: what is wiped there is wiped here.
  return bytes.subarray(0, size);
}

async function writeOnce(file: TsmHandle, bytes: Uint8Array): Promise<void> {
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, null);
  if (bytesWritten !== bytes.length) throw new Error(`${bytesWritten} of ${bytes.length} bytes were written`);
}
