import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/verify';
import { MAX_TORRENT_BYTES } from './limits.ts';
import { parseTorrent } from './parse.ts';
import type { Torrent } from './torrent.ts';

/** The torrents whose .torrent files are in a folder, by name of file. Throws for the first that is malformed, naming it. */
export async function torrentsOfFolder(folder: string): Promise<readonly Torrent[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.torrent')).sort();
  const torrents: Torrent[] = [];
  for (const name of names) {
    const bytes = await readWithin(join(folder, name));
    try {
      torrents.push(parseTorrent(bytes));
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      throw new AssayError(error.code, `${name}: ${error.message}`, error.details, { cause: error });
    }
  }
  return torrents;
}

/** A file's bytes, and one more than are allowed at most. */
async function readWithin(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, MAX_TORRENT_BYTES + 1));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
