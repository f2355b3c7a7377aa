import type { Socket } from 'node:net';
import { AssayError } from '@assay/verify';
import { encodeHandshake, HANDSHAKE_BYTES, type Handshake, parseHandshake } from './handshake.ts';
import { PEER_LIMITS } from './limits.ts';
import { encodeMessage, type Message, parseMessage } from './message.ts';

/** What is sent: everything but what is not known. */
export type Sent = Exclude<Message, { readonly type: 'unknown' }>;

/** A connection after both handshakes. */
export interface Wire {
  /** What the other side said. */
  readonly remote: Handshake;
  /** Ends with the connection. Throws `malformed` for what breaks the protocol, `unavailable` for what takes too long. */
  readonly messages: () => AsyncGenerator<Message, void>;
  /** Resolves when there is room for more; at once when the connection ended. */
  readonly send: (message: Sent) => Promise<void>;
  readonly close: () => void;
}

/** What a connection is opened with. */
export interface WireOptions {
  /** What this side says. */
  readonly local: Handshake;
  /** Bytes of the largest message. */
  readonly mostBytes: number;
  readonly limits?: Readonly<Partial<Record<'handshakeMs' | 'messageMs' | 'idleMs' | 'keepAliveMs', number>>>;
}

/** Exchanges handshakes over a connected socket, and closes it where the other side is about another torrent. */
export async function openWire(socket: Socket, { local, mostBytes, limits }: WireOptions): Promise<Wire> {
  const { handshakeMs, messageMs, idleMs, keepAliveMs } = { ...PEER_LIMITS, ...limits };
  socket.setNoDelay(true);
  // Whoever reads learns of it.
  socket.on('error', () => undefined);
  const read = createReader(socket);
  socket.write(encodeHandshake(local));
  let remote: Handshake;
  try {
    const bytes = await within(socket, handshakeMs, 'handshake', () => read(HANDSHAKE_BYTES));
    if (bytes === undefined) throw late('handshake: the connection ended');
    remote = checked(parseHandshake(bytes), local);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const keepAlive = setInterval(() => socket.write(encodeMessage({ type: 'keep-alive' })), keepAliveMs);
  keepAlive.unref();
  socket.once('close', () => clearInterval(keepAlive));
  return {
    remote,
    async *messages() {
      try {
        for (;;) {
          const head = await within(socket, idleMs, 'message', () => read(4));
          if (head === undefined) return;
          const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
          if (length > mostBytes) throw malformed(`message: ${length} bytes; this peer takes ${mostBytes}`);
          const bytes =
            length === 0 ? new Uint8Array() : await within(socket, messageMs, 'message', () => read(length));
          if (bytes === undefined) return;
          yield parseMessage(bytes);
        }
      } finally {
        socket.destroy();
      }
    },
    async send(message) {
      if (socket.destroyed || !socket.writable) return;
      socket.write(encodeMessage(message));
      if (socket.writableLength > PEER_LIMITS.buffered) await drained(socket);
    },
    close: () => void socket.destroy(),
  };
}

function checked(remote: Handshake, local: Handshake): Handshake {
  if (Buffer.compare(remote.infohash, local.infohash) !== 0) throw malformed('handshake: about another torrent');
  if (Buffer.compare(remote.peerId, local.peerId) === 0) throw malformed('handshake: this peer itself');
  return remote;
}

/** Reads so many bytes; undefined where the connection ends before. */
function createReader(socket: Socket): (length: number) => Promise<Uint8Array | undefined> {
  const chunks: AsyncIterator<Buffer> = socket.iterator({ destroyOnReturn: false });
  let held: Buffer[] = [];
  let size = 0;
  return async (length) => {
    while (size < length) {
      const next = await chunks.next().catch(() => undefined);
      if (next === undefined || next.done === true) return undefined;
      held.push(next.value);
      size += next.value.length;
    }
    const all = Buffer.concat(held);
    held = all.length === length ? [] : [all.subarray(length)];
    size = all.length - length;
    return all.subarray(0, length);
  };
}

/** What takes longer ends the connection. */
async function within<T>(socket: Socket, ms: number, what: string, work: () => Promise<T>): Promise<T> {
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    socket.destroy();
  }, ms);
  try {
    const result = await work();
    if (expired) throw late(`${what}: did not come within ${ms / 1000} s`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}

function late(message: string): AssayError {
  return new AssayError('unavailable', message, { field: 'message' });
}

function malformed(message: string): AssayError {
  return new AssayError('malformed', message, { field: 'message' });
}
