import { systemError } from './errno.ts';

/** What an open asks for. */
export interface FuseAccess {
  readonly read: boolean;
  readonly write: boolean;
}

/** An open file. Its functions throw `systemError`; any other error is EIO to the caller. */
export interface OpenFile {
  /** At most `length` bytes from `offset`; none at the end. May take its time: other requests are served meanwhile. */
  read?(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
  /** Takes all bytes or throws. */
  write?(offset: number, bytes: Uint8Array): void | Promise<void>;
  /** At close(2), which waits for it and returns its error. A descriptor that was duplicated closes more than once. */
  flush?(): void | Promise<void>;
}

/** A pseudo file. One object stands for one file as long as it exists. */
export interface FuseFile {
  readonly kind: 'file';
  /** Permission bits, such as 0o444; `openFile` holds root to them, too. */
  readonly mode: number;
  /** What stat(2) says; reads do not depend on it. */
  readonly size: number;
  open(access: FuseAccess): OpenFile | Promise<OpenFile>;
}

/** A pseudo folder; what it leaves out, it refuses with EPERM. Creating files is EACCES always. */
export interface FuseFolder {
  readonly kind: 'folder';
  readonly mode: number;
  names(): readonly string[];
  lookup(name: string): FuseNode | undefined;
  /** Called for names that `lookup` does not know. */
  mkdir?(name: string): void | Promise<void>;
  /** Called for folders that `lookup` knows. */
  rmdir?(name: string): void | Promise<void>;
  /** Called for files that `lookup` knows. */
  unlink?(name: string): void | Promise<void>;
}

/** A file or folder of a pseudo file system. */
export type FuseNode = FuseFile | FuseFolder;

/** Opens a file; EACCES where its mode gives nobody that access, which is what configfs and procfs tell root. */
export async function openFile(file: FuseFile, access: FuseAccess): Promise<OpenFile> {
  if (access.read && (file.mode & 0o444) === 0) throw systemError('EACCES', 'open');
  if (access.write && (file.mode & 0o222) === 0) throw systemError('EACCES', 'open');
  return file.open(access);
}

/** Makes a folder. Throws EEXIST, EPERM and ENAMETOOLONG as mkdir(2) does. */
export async function makeFolder(folder: FuseFolder, name: string): Promise<FuseFolder> {
  if (lookUp(folder, name) !== undefined) throw systemError('EEXIST', 'mkdir');
  if (folder.mkdir === undefined) throw systemError('EPERM', 'mkdir');
  await folder.mkdir(name);
  const made = folder.lookup(name);
  if (made?.kind !== 'folder') throw systemError('EIO', 'mkdir');
  return made;
}

/** Removes a folder. Throws ENOENT, ENOTDIR and EPERM as rmdir(2) does. */
export async function removeFolder(folder: FuseFolder, name: string): Promise<void> {
  const found = existing(folder, name);
  if (found.kind !== 'folder') throw systemError('ENOTDIR', 'rmdir');
  if (folder.rmdir === undefined) throw systemError('EPERM', 'rmdir');
  await folder.rmdir(name);
}

/** Removes a file. Throws ENOENT, EISDIR and EPERM as unlink(2) does. */
export async function removeFile(folder: FuseFolder, name: string): Promise<void> {
  const found = existing(folder, name);
  if (found.kind === 'folder') throw systemError('EISDIR', 'unlink');
  if (folder.unlink === undefined) throw systemError('EPERM', 'unlink');
  await folder.unlink(name);
}

/** The node of a name. Throws ENOENT, and ENAMETOOLONG for more than 255 bytes. */
export function existing(folder: FuseFolder, name: string): FuseNode {
  const found = lookUp(folder, name);
  if (found === undefined) throw systemError('ENOENT');
  return found;
}

function lookUp(folder: FuseFolder, name: string): FuseNode | undefined {
  if (Buffer.byteLength(name) > 255) throw systemError('ENAMETOOLONG');
  return folder.lookup(name);
}
