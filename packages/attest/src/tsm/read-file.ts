import { constants, promises } from 'node:fs';
import type { TsmFiles, TsmHandle } from './files.ts';
import { at, type TsmStep, TsmTrouble } from './trouble.ts';

/** Larger reports do not exist: the kernel's own buffer has 128 KiB. */
const MAX_BLOB = 1_048_576;
const CHUNK = 65_536;

/** A whole file, at most 1 MiB. Throws `TsmTrouble`. */
export async function readBlob(files: TsmFiles, folder: string, step: TsmStep): Promise<Uint8Array> {
  return at(step, async () => {
    const file = await files.open(`${folder}/${step}`, constants.O_RDONLY);
    try {
      const bytes = await readAll(file);
      if (bytes === undefined) throw new TsmTrouble(step, 'too-long');
      return bytes;
    } finally {
      await file.close();
    }
  });
}

/** The one line of a file, without its end. Throws `TsmTrouble`. */
export async function readLine(files: TsmFiles, folder: string, step: TsmStep): Promise<string> {
  const text = Buffer.from(await readBlob(files, folder, step)).toString('latin1');
  const line = /^([!-~]{1,255})\n?$/.exec(text)?.[1];
  if (line === undefined) throw new TsmTrouble(step, 'unreadable');
  return line;
}

/** Undefined for a file that is longer than 1 MiB. */
async function readAll(file: TsmHandle): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK, null);
    if (bytesRead === 0) return new Uint8Array(Buffer.concat(chunks));
    total += bytesRead;
    if (total > MAX_BLOB) return undefined;
    chunks.push(chunk.slice(0, bytesRead));
  }
}

/** A file of `/proc` as text, at most 1 MiB. Throws a system error, or an Error when it is longer. */
export async function readSystemFile(path: string): Promise<string> {
  const file = await promises.open(path, constants.O_RDONLY);
  try {
    const bytes = await readAll(file);
    if (bytes === undefined) throw new Error(`${path}: longer than ${MAX_BLOB} bytes`);
    return Buffer.from(bytes).toString('latin1');
  } finally {
    await file.close();
  }
}
