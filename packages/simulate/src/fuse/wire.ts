import { ERRNO, type ErrnoName } from './errno.ts';
import type { FuseNode } from './tree.ts';

/** Operations of the FUSE protocol that have a meaning here (linux/fuse.h). */
export const OPCODE = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  FSYNC: 20,
  FLUSH: 25,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  BATCH_FORGET: 42,
  RENAME2: 45,
} as const;

/** The most that one write brings, in bytes; the kernel splits longer ones. */
export const MAX_WRITE = 4096;
/** The most that the kernel hands to one read of the device; a value of setxattr(2) has 64 KiB. */
export const MAX_REQUEST = 131_072;
/** The most that one read may answer, in bytes. */
export const MAX_READ = 131_072;

/** A request of the kernel: fuse_in_header and what follows it. */
export interface FuseRequest {
  readonly opcode: number;
  readonly unique: bigint;
  readonly node: bigint;
  readonly body: Buffer;
}

const HEADER = 40;

/** Reads a request of known length. Throws when its header contradicts that length. */
export function parseRequest(bytes: Buffer): FuseRequest {
  if (bytes.length < HEADER || bytes.readUInt32LE(0) !== bytes.length)
    throw new Error('FUSE: a request of wrong length');
  return {
    opcode: bytes.readUInt32LE(4),
    unique: bytes.readBigUInt64LE(8),
    node: bytes.readBigUInt64LE(16),
    body: bytes.subarray(HEADER),
  };
}

/** fuse_out_header and a body. */
export function encodeReply(unique: bigint, body: Uint8Array, error?: ErrnoName): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeInt32LE(error === undefined ? 0 : -ERRNO[error], 4);
  header.writeBigUInt64LE(unique, 8);
  return Buffer.concat([header, body]);
}

/** A name that ends in a zero byte, `offset` bytes into a body. */
export function nameAt(body: Buffer, offset = 0): string {
  const end = body.indexOf(0, offset);
  return body.toString('utf8', offset, end === -1 ? body.length : end);
}

/** fuse_init_out for protocol 7.31: no features, so every open, read and write reaches the tree as it was made. */
export function initBody(): Buffer {
  const body = Buffer.alloc(64);
  body.writeUInt32LE(7, 0);
  body.writeUInt32LE(31, 4);
  body.writeUInt16LE(12, 16); // max_background
  body.writeUInt16LE(10, 18); // congestion_threshold
  body.writeUInt32LE(MAX_WRITE, 20);
  body.writeUInt32LE(1, 24); // time_gran
  return body;
}

/** fuse_attr_out: never cached. */
export function attributesBody(id: bigint, node: FuseNode): Buffer {
  return Buffer.concat([Buffer.alloc(16), attributes(id, node)]);
}

/** fuse_entry_out: never cached. */
export function entryBody(id: bigint, node: FuseNode): Buffer {
  const entry = Buffer.alloc(40);
  entry.writeBigUInt64LE(id, 0);
  return Buffer.concat([entry, attributes(id, node)]);
}

/** fuse_open_out. Files are read past the page cache: their size says nothing. */
export function openBody(handle: bigint, kind: FuseNode['kind']): Buffer {
  const body = Buffer.alloc(16);
  body.writeBigUInt64LE(handle, 0);
  body.writeUInt32LE(kind === 'file' ? 1 : 0, 8); // FOPEN_DIRECT_IO
  return body;
}

/** fuse_write_out. */
export function writeBody(length: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(length, 0);
  return body;
}

/** fuse_dirents from an offset on, as many as fit into `size` bytes. */
export function direntsBody(
  entries: readonly (readonly [string, FuseNode['kind']])[],
  from: number,
  size: number,
): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (const [index, [name, kind]] of entries.entries()) {
    if (index < from) continue;
    const bytes = Buffer.from(name);
    const entry = Buffer.alloc((24 + bytes.length + 7) & ~7);
    if (length + entry.length > size) break;
    entry.writeBigUInt64LE(0xffff_ffffn, 0); // FUSE_UNKNOWN_INO
    entry.writeBigUInt64LE(BigInt(index + 1), 8);
    entry.writeUInt32LE(bytes.length, 16);
    entry.writeUInt32LE(kind === 'folder' ? 4 : 8, 20); // DT_DIR, DT_REG
    bytes.copy(entry, 24);
    parts.push(entry);
    length += entry.length;
  }
  return Buffer.concat(parts);
}

/** fuse_attr. */
function attributes(id: bigint, node: FuseNode): Buffer {
  const body = Buffer.alloc(88);
  body.writeBigUInt64LE(id, 0);
  if (node.kind === 'file') body.writeBigUInt64LE(BigInt(node.size), 8);
  body.writeUInt32LE((node.kind === 'folder' ? 0o40000 : 0o100000) | node.mode, 60);
  body.writeUInt32LE(node.kind === 'folder' ? 2 : 1, 64);
  body.writeUInt32LE(4096, 80);
  return body;
}
