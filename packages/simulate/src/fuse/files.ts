import { constants } from 'node:fs';
import { errnoOf, systemError } from './errno.ts';
import {
  existing,
  type FuseFolder,
  type FuseNode,
  makeFolder,
  type OpenFile,
  openFile,
  removeFile,
  removeFolder,
} from './tree.ts';

/** An open file of a tree, with the calls of a `FileHandle` of node:fs/promises. */
export interface TreeHandle {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
  close(): Promise<void>;
}

/** A tree without a mount, through calls of node:fs/promises; errors are like Node's own. */
export interface TreeFiles {
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<{ readonly mode: number; readonly size: number }>;
  /** `flags` as of open(2), such as `constants.O_RDONLY`. */
  open(path: string, flags: number): Promise<TreeHandle>;
}

/** The files of a tree as if it were mounted at the absolute path `at`. */
export function createTreeFiles(root: FuseFolder, at: string): TreeFiles {
  const node = (path: string): FuseNode => {
    let here: FuseNode = root;
    for (const name of namesBelow(at, path)) {
      if (here.kind !== 'folder') throw systemError('ENOTDIR');
      here = existing(here, name);
    }
    return here;
  };
  const folder = (path: string): FuseFolder => {
    const found = node(path);
    if (found.kind !== 'folder') throw systemError('ENOTDIR');
    return found;
  };
  const split = (path: string): readonly [FuseFolder, string] => {
    const end = path.lastIndexOf('/');
    return [folder(path.slice(0, end)), path.slice(end + 1)];
  };
  return {
    mkdir: (path) =>
      called('mkdir', path, async () => {
        await makeFolder(...split(path));
      }),
    rmdir: (path) => called('rmdir', path, () => removeFolder(...split(path))),
    unlink: (path) => called('unlink', path, () => removeFile(...split(path))),
    readdir: (path) => called('scandir', path, async () => [...folder(path).names()]),
    stat: (path) =>
      called('stat', path, async () => {
        const found = node(path);
        const kind = found.kind === 'folder' ? constants.S_IFDIR : constants.S_IFREG;
        return { mode: kind | found.mode, size: found.kind === 'file' ? found.size : 0 };
      }),
    open: (path, flags) =>
      called('open', path, async () => {
        const [parent, name] = split(path);
        if ((flags & constants.O_CREAT) !== 0 && parent.lookup(name) === undefined) throw systemError('EACCES');
        const found = existing(parent, name);
        if (found.kind === 'folder') throw systemError('EISDIR');
        const mode = flags & (constants.O_RDONLY | constants.O_WRONLY | constants.O_RDWR);
        const access = { read: mode !== constants.O_WRONLY, write: mode !== constants.O_RDONLY };
        return createHandle(await openFile(found, access));
      }),
  };
}

function createHandle({ read, write, flush }: OpenFile): TreeHandle {
  let place = 0;
  return {
    read: (buffer, offset, length, position) =>
      called('read', undefined, async () => {
        if (read === undefined) throw systemError('EBADF');
        const bytes = await read(position ?? place, length);
        buffer.set(bytes.subarray(0, length), offset);
        const bytesRead = Math.min(bytes.length, length);
        if (position === null) place += bytesRead;
        return { bytesRead };
      }),
    write: (buffer, offset, length, position) =>
      called('write', undefined, async () => {
        if (write === undefined) throw systemError('EBADF');
        await write(position ?? place, buffer.slice(offset, offset + length));
        if (position === null) place += length;
        return { bytesWritten: length };
      }),
    close: () => called('close', undefined, async () => flush?.()),
  };
}

function namesBelow(at: string, path: string): readonly string[] {
  if (path !== at && !path.startsWith(`${at}/`)) throw systemError('ENOENT');
  return path
    .slice(at.length)
    .split('/')
    .filter((name) => name !== '');
}

/** Runs a call; its error says what was called, on what. */
async function called<T>(syscall: string, path: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw systemError(errnoOf(error), syscall, path);
  }
}
