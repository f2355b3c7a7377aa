import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkLimits, unavailable, usage } from '../failure.ts';
import { decodeHeader, encodeHeader, type FileHeader, MAX_HEADER_BYTES } from './file-format.ts';
import { checkKey, checkPrefix, isKey } from './key.ts';
import { checkedObject, checkPut, damaged, MAX_OBJECT_BYTES, type Objects, sha256Hex } from './objects.ts';

/** Ends an object's file name: no key has it, so `a` and `a/b` can both be there. */
const SUFFIX = '@';
/** Where files are written before they get their name; no key begins with a dot. */
const INCOMING = '.incoming';
/** Age after which a file there is what a process that died has left. */
const STALE_MS = 24 * 60 * 60 * 1_000;

/** The system's code of an error, like `ENOENT`. */
function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Waits until the disk has a folder's entries. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder in the root, with those above it, so that they survive power loss. */
async function makeFolders(root: string, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made !== root && made.length >= first.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Reads as many bytes as there are, up to the buffer's length. */
async function readInto(file: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

async function removeStale(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now.getTime() }));
    if (now.getTime() - mtimeMs > STALE_MS) await rm(path, { force: true });
  }
}

/** Keys in a folder, in the order of their bytes: a folder's name counts with the slash that follows it. */
async function* walk(folder: string, before: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name.slice(0, -SUFFIX.length)));
  const order = entries.map((entry, index) => ({ entry, key: before + (names[index] ?? '') }));
  order.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { entry, key } of order) {
    if (entry.isDirectory()) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(join(folder, entry.name), key, prefix);
    } else if (entry.isFile() && entry.name.endsWith(SUFFIX) && key.startsWith(prefix) && isKey(key)) {
      yield key;
    }
  }
}

/** Objects as files in a folder, which is made if it is missing and belongs to its owner alone. */
export async function openFolder(options: {
  readonly folder: string;
  readonly maxBytes?: number;
  readonly now?: () => Date;
}): Promise<Objects> {
  const { folder, maxBytes = MAX_OBJECT_BYTES, now = () => new Date() } = options;
  checkLimits({ maxBytes });
  const root = resolve(folder);
  const incoming = join(root, INCOMING);
  try {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await removeStale(incoming, now());
  } catch (error) {
    throw usage(`the folder ${root} cannot be used (${systemCode(error)}); let this user write there`, {
      field: 'folder',
    });
  }
  const pathOf = (key: string): string => {
    checkKey(key);
    return join(root, `${key}${SUFFIX}`);
  };
  const failed = (what: string, key: string, error: unknown): Error =>
    unavailable(`the object ${key} cannot be ${what} in ${root} (${systemCode(error)}); look at its disk`, error);

  const write = async (path: string, parts: readonly Uint8Array[], ifAbsent: boolean): Promise<boolean> => {
    const draft = join(incoming, randomBytes(16).toString('hex'));
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        for (const part of parts) await file.writeFile(part);
        await file.sync();
      } finally {
        await file.close();
      }
      await makeFolders(root, dirname(path));
      if (ifAbsent) await link(draft, path);
      else await rename(draft, path);
    } catch (error) {
      if (!ifAbsent || systemCode(error) !== 'EEXIST') throw error;
      return false;
    } finally {
      await rm(draft, { force: true });
    }
    await syncFolder(dirname(path));
    return true;
  };

  /** Opens an object's file and reads its first line. */
  const withFile = async <T>(
    key: string,
    work: (file: FileHandle, header: FileHeader) => Promise<T>,
  ): Promise<T | undefined> => {
    const file = await open(pathOf(key), 'r').catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw failed('read', key, error);
    });
    if (file === undefined) return undefined;
    try {
      const beginning = new Uint8Array(MAX_HEADER_BYTES);
      const header = decodeHeader(key, beginning.subarray(0, await readInto(file, beginning, 0)));
      const { size } = await file.stat();
      if (size !== header.start + header.size) {
        throw damaged(key, `has ${size - header.start} bytes; expected ${header.size}`);
      }
      return await work(file, header);
    } catch (error) {
      throw systemCode(error)?.startsWith('E') ? failed('read', key, error) : error;
    } finally {
      await file.close();
    }
  };

  return {
    put: async (key, bytes, { ifAbsent = false, contentType = 'application/octet-stream' } = {}) => {
      const path = pathOf(key);
      checkPut(bytes, contentType, maxBytes);
      const copy = bytes.slice();
      const sha256 = sha256Hex(copy);
      const header = encodeHeader({ size: copy.length, sha256, contentType });
      try {
        return { sha256, written: await write(path, [header, copy], ifAbsent) };
      } catch (error) {
        throw failed('written', key, error);
      }
    },
    get: (key, expected) =>
      withFile(key, async (file, { start, ...info }) => {
        if (info.size > maxBytes) throw usage(`the object ${key} has ${info.size} bytes; expected at most ${maxBytes}`);
        const bytes = new Uint8Array(info.size);
        await readInto(file, bytes, start);
        return checkedObject(key, info, bytes, expected);
      }),
    head: (key) => withFile(key, async (_file, { start, ...info }) => info),
    delete: async (key) => {
      const path = pathOf(key);
      try {
        await unlink(path);
        await syncFolder(dirname(path));
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw failed('deleted', key, error);
      }
    },
    list: async function* (prefix) {
      checkPrefix(prefix);
      const path = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      yield* walk(join(root, path), path, prefix);
    },
  };
}
