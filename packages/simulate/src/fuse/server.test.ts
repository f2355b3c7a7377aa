import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERRNO, systemError } from './errno.ts';
import { createFuseServer } from './server.ts';
import type { FuseFile, FuseFolder, FuseNode } from './tree.ts';
import { type FuseRequest, OPCODE } from './wire.ts';

const slow = Promise.withResolvers<Uint8Array>();
const readable = (read: () => Uint8Array | Promise<Uint8Array>): FuseFile => ({
  kind: 'file',
  mode: 0o444,
  size: 0,
  open: () => ({ read }),
});
const FILES: Readonly<Record<string, FuseNode>> = {
  fast: readable(() => Buffer.from('fast')),
  slow: readable(() => slow.promise),
  never: readable(() => new Promise(() => {})),
  endless: readable(() => new Uint8Array(1_000_000)),
  broken: readable(() => {
    throw new Error('a mistake of the tree');
  }),
  silent: readable(() => Promise.reject(systemError('ETIMEDOUT'))),
};
const root: FuseFolder = {
  kind: 'folder',
  mode: 0o755,
  names: () => Object.keys(FILES),
  lookup: (name) => (Object.hasOwn(FILES, name) ? FILES[name] : undefined),
};

interface Answer {
  readonly error: number;
  readonly body: Buffer;
}

/** A server, and what it answered by request number. */
function start(): {
  readonly answers: ReadonlyMap<bigint, Answer>;
  ask(opcode: number, node: bigint, body?: Uint8Array): Promise<Answer | undefined>;
  tell(request: FuseRequest): Promise<void>;
} {
  const answers = new Map<bigint, Answer>();
  const tell = createFuseServer(root, (reply) => {
    expect(reply.readUInt32LE(0)).toBe(reply.length);
    answers.set(reply.readBigUInt64LE(8), { error: Math.abs(reply.readInt32LE(4)), body: reply.subarray(16) });
  });
  let last = 0n;
  return {
    answers,
    tell,
    async ask(opcode, node, body = new Uint8Array()) {
      last += 1n;
      const unique = last;
      await tell({ opcode, unique, node, body: Buffer.from(body) });
      return answers.get(unique);
    },
  };
}

const named = (name: string): Buffer => Buffer.from(`${name}\0`);

/** Opens a file below the root, and gives the body of a read of it. */
async function opened(
  server: ReturnType<typeof start>,
  name: string,
  length = 100,
): Promise<readonly [bigint, Buffer]> {
  const entry = await server.ask(OPCODE.LOOKUP, 1n, named(name));
  const node = entry?.body.readBigUInt64LE(0) ?? 0n;
  const open = await server.ask(OPCODE.OPEN, node, Buffer.alloc(8));
  const read = Buffer.alloc(40);
  open?.body.copy(read, 0, 0, 8);
  read.writeUInt32LE(length, 16);
  return [node, read];
}

test('a slow read holds up nobody else', async () => {
  const server = start();
  const [node, read] = await opened(server, 'slow');
  const pending = server.tell({ opcode: OPCODE.READ, unique: 1000n, node, body: read });
  const [fast, readFast] = await opened(server, 'fast');
  expect((await server.ask(OPCODE.READ, fast, readFast))?.body.toString()).toBe('fast');
  expect(server.answers.has(1000n)).toBe(false);
  slow.resolve(Buffer.from('slow'));
  await pending;
  expect(server.answers.get(1000n)?.body.toString()).toBe('slow');
});

test('a read that is interrupted is EINTR, and answered once', async () => {
  const server = start();
  const [node, read] = await opened(server, 'never');
  const reads = [1000n, 1001n].map((unique) => server.tell({ opcode: OPCODE.READ, unique, node, body: read }));
  const interrupt = Buffer.alloc(8);
  interrupt.writeBigUInt64LE(1001n, 0);
  await server.tell({ opcode: OPCODE.INTERRUPT, unique: 1002n, node, body: interrupt });
  await reads[1];
  expect(server.answers.get(1001n)).toEqual({ error: ERRNO.EINTR, body: Buffer.alloc(0) });
  expect([server.answers.has(1000n), server.answers.has(1002n)]).toEqual([false, false]);
});

test('reads that were given up count until they end: more than 1024 are EAGAIN', async () => {
  const server = start();
  const [node, read] = await opened(server, 'never');
  for (let unique = 1000n; unique < 2024n; unique += 1n) {
    const given = server.tell({ opcode: OPCODE.READ, unique, node, body: read });
    const interrupt = Buffer.alloc(8);
    interrupt.writeBigUInt64LE(unique, 0);
    await server.tell({ opcode: OPCODE.INTERRUPT, unique: 5000n, node, body: interrupt });
    await given;
  }
  expect((await server.ask(OPCODE.READ, node, read))?.error).toBe(ERRNO.EAGAIN);
});

test('a read never answers more than was asked for', async () => {
  const server = start();
  const [node, read] = await opened(server, 'endless', 0xffff_ffff);
  expect((await server.ask(OPCODE.READ, node, read))?.body).toHaveLength(131_072);
});

test.each([
  ['broken', 'EIO'],
  ['silent', 'ETIMEDOUT'],
] as const)('what the file %s throws is %s', async (name, errno) => {
  const server = start();
  const [node, read] = await opened(server, name);
  expect(await server.ask(OPCODE.READ, node, read)).toEqual({ error: ERRNO[errno], body: Buffer.alloc(0) });
});

describe('what does not exist', () => {
  test.each([
    ['a name', OPCODE.LOOKUP, 1n, named('other'), 'ENOENT'],
    ['a name of 256 bytes', OPCODE.LOOKUP, 1n, named('x'.repeat(256)), 'ENAMETOOLONG'],
    ['a member of Object', OPCODE.LOOKUP, 1n, named('constructor'), 'ENOENT'],
    ['a node', OPCODE.GETATTR, 77n, Buffer.alloc(0), 'ENOENT'],
    ['a handle', OPCODE.READ, 1n, Buffer.alloc(40), 'EBADF'],
    ['an operation', 4242, 1n, Buffer.alloc(0), 'ENOSYS'],
    ['a folder to make', OPCODE.MKDIR, 1n, Buffer.concat([Buffer.alloc(8), named('new')]), 'EPERM'],
    ['a file to make', OPCODE.MKNOD, 1n, Buffer.alloc(20), 'EACCES'],
    ['a folder to remove', OPCODE.RMDIR, 1n, named('fast'), 'ENOTDIR'],
    ['a file to remove', OPCODE.UNLINK, 1n, named('fast'), 'EPERM'],
    ['a new name', OPCODE.RENAME2, 1n, Buffer.alloc(40), 'EPERM'],
    ['a body', OPCODE.OPEN, 1n, Buffer.alloc(0), 'EIO'],
    ['a folder to open as a file', OPCODE.OPEN, 1n, Buffer.alloc(8), 'EISDIR'],
  ] as const)('%s is %5$s', async (_what, opcode, node, body, errno) => {
    expect((await start().ask(opcode, node, body))?.error).toBe(ERRNO[errno]);
  });

  test('a node that was forgotten as often as it was looked up', async () => {
    const server = start();
    const [node] = await opened(server, 'fast');
    const again = await server.ask(OPCODE.LOOKUP, 1n, named('fast'));
    expect(again?.body.readBigUInt64LE(0)).toBe(node);
    const forget = Buffer.alloc(8);
    forget.writeBigUInt64LE(1n, 0);
    expect(await server.ask(OPCODE.FORGET, node, forget)).toBeUndefined();
    expect((await server.ask(OPCODE.GETATTR, node))?.error).toBe(0);
    await server.ask(OPCODE.FORGET, node, forget);
    expect((await server.ask(OPCODE.GETATTR, node))?.error).toBe(ERRNO.ENOENT);
  });
});

test('a file that nobody may write cannot be opened to write, by root either', async () => {
  const server = start();
  const [node] = await opened(server, 'fast');
  const flags = Buffer.alloc(8);
  flags.writeUInt32LE(1, 0);
  expect((await server.ask(OPCODE.OPEN, node, flags))?.error).toBe(ERRNO.EACCES);
});

test('a folder is listed from any place on, in any room', async () => {
  const server = start();
  const list = async (offset: number, size: number): Promise<readonly string[]> => {
    const body = Buffer.alloc(40);
    body.writeBigUInt64LE(BigInt(offset), 8);
    body.writeUInt32LE(size, 16);
    const answer = (await server.ask(OPCODE.READDIR, 1n, body))?.body ?? Buffer.alloc(0);
    const names: string[] = [];
    for (let at = 0; at < answer.length; at += (24 + answer.readUInt32LE(at + 16) + 7) & ~7) {
      names.push(answer.toString('utf8', at + 24, at + 24 + answer.readUInt32LE(at + 16)));
    }
    return names;
  };
  expect(await list(0, 4096)).toEqual(['.', '..', 'fast', 'slow', 'never', 'endless', 'broken', 'silent']);
  expect(await list(3, 70)).toEqual(['slow', 'never']);
  expect(await list(8, 4096)).toEqual([]);
});

test('any request is answered once or never, with an error or without', async () => {
  const opcodes = fc.constantFrom(...Object.values(OPCODE), 0, 99);
  const bodies = fc.uint8Array({ maxLength: 64 });
  await fc.assert(
    fc.asyncProperty(opcodes, fc.bigInt({ min: 0n, max: 3n }), bodies, async (opcode, node, body) => {
      const answer = await start().ask(opcode, node, body);
      const silent: readonly number[] = [OPCODE.FORGET, OPCODE.BATCH_FORGET, OPCODE.INTERRUPT];
      expect(answer === undefined).toBe(silent.includes(opcode));
    }),
  );
});
