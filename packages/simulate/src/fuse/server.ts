import { type ErrnoName, errnoOf, systemError } from './errno.ts';
import { createNodeTable } from './nodes.ts';
import {
  existing,
  type FuseFile,
  type FuseFolder,
  makeFolder,
  type OpenFile,
  openFile,
  removeFile,
  removeFolder,
} from './tree.ts';
import {
  attributesBody,
  direntsBody,
  encodeReply,
  entryBody,
  type FuseRequest,
  initBody,
  MAX_READ,
  nameAt,
  OPCODE,
  openBody,
  writeBody,
} from './wire.ts';

/** What is served at one time. */
const LIMITS = { requests: 1024, handles: 4096 } as const;
const NOTHING = Buffer.alloc(0);

type Answer = Buffer | Promise<Buffer>;

/**
 * Serves a tree over the FUSE protocol: each request is answered when it is ready, in any order, so that a slow file
 * holds up nobody else, and whoever reads it may give up. What it is not asked to answer (FORGET, INTERRUPT) it does not.
 */
export function createFuseServer(
  root: FuseFolder,
  send: (reply: Buffer) => void,
): (request: FuseRequest) => Promise<void> {
  const nodes = createNodeTable(root);
  const handles = new Map<bigint, OpenFile>();
  let lastHandle = 0n;
  const interrupts = new Map<bigint, () => void>();
  let running = 0;

  const folder = (id: bigint): FuseFolder => {
    const node = nodes.get(id);
    if (node.kind !== 'folder') throw systemError('ENOTDIR');
    return node;
  };
  const file = (id: bigint): FuseFile => {
    const node = nodes.get(id);
    if (node.kind !== 'file') throw systemError('EISDIR');
    return node;
  };
  const handle = (body: Buffer): OpenFile => {
    const open = handles.get(body.readBigUInt64LE(0));
    if (open === undefined) throw systemError('EBADF');
    return open;
  };
  const open = async (id: bigint, flags: number): Promise<Buffer> => {
    if (handles.size >= LIMITS.handles) throw systemError('ENFILE');
    const mode = flags & 3; // O_RDONLY, O_WRONLY, O_RDWR
    const opened = await openFile(file(id), { read: mode !== 1, write: mode !== 0 });
    lastHandle += 1n;
    handles.set(lastHandle, opened);
    return openBody(lastHandle, 'file');
  };
  const list = (id: bigint, body: Buffer): Buffer => {
    const parent = folder(id);
    const entries = parent.names().map((name) => [name, parent.lookup(name)?.kind ?? 'file'] as const);
    const dots = [['.', 'folder'] as const, ['..', 'folder'] as const];
    return direntsBody([...dots, ...entries], Number(body.readBigUInt64LE(8)), body.readUInt32LE(16));
  };
  const read = async (body: Buffer): Promise<Buffer> => {
    const { read: from } = handle(body);
    if (from === undefined) throw systemError('EBADF');
    const length = Math.min(body.readUInt32LE(16), MAX_READ);
    return Buffer.from(await from(Number(body.readBigUInt64LE(8)), length)).subarray(0, length);
  };
  const write = async (body: Buffer): Promise<Buffer> => {
    const { write: to } = handle(body);
    if (to === undefined) throw systemError('EBADF');
    const bytes = Uint8Array.from(body.subarray(40, 40 + body.readUInt32LE(16)));
    await to(Number(body.readBigUInt64LE(8)), bytes);
    return writeBody(bytes.length);
  };
  const entry = (parent: FuseFolder, name: string): Buffer => {
    const node = existing(parent, name);
    return entryBody(nodes.remember(node), node);
  };

  const answer = ({ opcode, node, body }: FuseRequest): Answer => {
    switch (opcode) {
      case OPCODE.INIT:
        return initBody();
      case OPCODE.LOOKUP:
        return entry(folder(node), nameAt(body));
      case OPCODE.GETATTR:
      case OPCODE.SETATTR: // open(2) with O_TRUNC; a pseudo file has no length to change
        return attributesBody(node, nodes.get(node));
      case OPCODE.MKDIR:
        return makeFolder(folder(node), nameAt(body, 8)).then((made) => entryBody(nodes.remember(made), made));
      case OPCODE.RMDIR:
        return removeFolder(folder(node), nameAt(body)).then(() => NOTHING);
      case OPCODE.UNLINK:
        return removeFile(folder(node), nameAt(body)).then(() => NOTHING);
      case OPCODE.OPEN:
        return open(node, body.readUInt32LE(0));
      case OPCODE.READ:
        return read(body);
      case OPCODE.WRITE:
        return write(body);
      case OPCODE.FLUSH:
        return Promise.resolve(handle(body).flush?.()).then(() => NOTHING);
      case OPCODE.RELEASE:
        handles.delete(body.readBigUInt64LE(0));
        return NOTHING;
      case OPCODE.OPENDIR:
        return openBody(0n, folder(node).kind);
      case OPCODE.READDIR:
        return list(node, body);
      case OPCODE.STATFS:
        return Buffer.alloc(80);
      case OPCODE.RELEASEDIR:
      case OPCODE.FSYNC:
      case OPCODE.DESTROY:
        return NOTHING;
      case OPCODE.CREATE:
      case OPCODE.MKNOD:
        throw systemError('EACCES');
      case OPCODE.SYMLINK:
      case OPCODE.LINK:
      case OPCODE.RENAME:
      case OPCODE.RENAME2:
        throw systemError('EPERM');
      default:
        throw systemError('ENOSYS');
    }
  };
  /** Counts as long as it works, also for nobody. */
  const finished = async (request: FuseRequest): Promise<Buffer> => {
    running += 1;
    try {
      return await answer(request);
    } finally {
      running -= 1;
    }
  };
  const served = async (request: FuseRequest): Promise<readonly [Buffer, ErrnoName?]> => {
    if (running >= LIMITS.requests) return [NOTHING, 'EAGAIN'];
    const interrupted = Promise.withResolvers<never>();
    // Nothing else takes long, and an open or a folder that nobody learns of would stay.
    if (request.opcode === OPCODE.READ) {
      interrupts.set(request.unique, () => interrupted.reject(systemError('EINTR', 'read')));
    }
    try {
      return [await Promise.race([finished(request), interrupted.promise])];
    } catch (error) {
      return [NOTHING, errnoOf(error)];
    } finally {
      interrupts.delete(request.unique);
    }
  };

  /** What is never answered; true when it was that. */
  const forgotten = ({ opcode, node, body }: FuseRequest): boolean => {
    if (opcode === OPCODE.FORGET && body.length >= 8) nodes.forget(node, body.readBigUInt64LE(0));
    if (opcode === OPCODE.BATCH_FORGET) {
      for (let at = 8; at + 16 <= body.length; at += 16) {
        nodes.forget(body.readBigUInt64LE(at), body.readBigUInt64LE(at + 8));
      }
    }
    if (opcode === OPCODE.INTERRUPT && body.length >= 8) interrupts.get(body.readBigUInt64LE(0))?.();
    return opcode === OPCODE.FORGET || opcode === OPCODE.BATCH_FORGET || opcode === OPCODE.INTERRUPT;
  };

  return async (request) => {
    if (forgotten(request)) return;
    const [reply, error] = await served(request);
    send(encodeReply(request.unique, reply, error));
  };
}
