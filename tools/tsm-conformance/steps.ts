import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import type { TsmFiles, TsmHandle } from '@assay/attest';

/** Runs work in a folder of its own below `path`, and removes it. */
export async function inFolder(files: TsmFiles, path: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = `${path}/conformance-${crypto.randomUUID()}`;
  await files.mkdir(folder);
  try {
    await work(folder);
  } finally {
    await files.rmdir(folder);
  }
}

/** Runs work with an open file, and closes it. */
export async function withFile<T>(
  files: TsmFiles,
  path: string,
  flags: number,
  work: (file: TsmHandle) => Promise<T>,
): Promise<T> {
  const file = await files.open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Writes at the file's position, in one write. */
export const writeTo = (file: TsmHandle, bytes: Uint8Array): Promise<{ readonly bytesWritten: number }> =>
  file.write(bytes, 0, bytes.length, null);

/** Reads at most `length` bytes from the file's position on. */
export async function readFrom(file: TsmHandle, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, (await file.read(buffer, 0, length, null)).bytesRead);
}

/** Opens inblob, writes it in one write, and closes it. */
export async function put(files: TsmFiles, folder: string, bytes: Uint8Array): Promise<void> {
  await withFile(files, `${folder}/inblob`, constants.O_WRONLY, (file) => writeTo(file, bytes));
}

/** A whole file, read in pieces. */
export async function get(files: TsmFiles, path: string): Promise<Buffer> {
  return withFile(files, path, constants.O_RDONLY, async (file) => {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = await readFrom(file, 4096);
      if (chunk.length === 0) return Buffer.concat(chunks);
      chunks.push(chunk);
    }
  });
}

/** Holds when work fails with this error name. */
export async function refused(code: string, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, { code });
}

/** The file `generation`, with its line end. */
export const generation = async (files: TsmFiles, folder: string): Promise<string> =>
  (await get(files, `${folder}/generation`)).toString();
/** Bytes that count up from `fill`. */
export const data = (fill: number, length = 64): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (fill + index) & 0xff));
