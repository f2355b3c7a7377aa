import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AnnounceEvent } from '../announce/gate.ts';
import type { Content } from './content.ts';
import { type Exchange, type ExchangeParts, startExchange } from './exchange.ts';
import { PEER_LIMITS } from './limits.ts';
import type { Metainfo } from './metainfo.ts';
import { createPicker } from './picker.ts';
import type { ReceiptTerms } from './receipting.ts';
import type { AnnounceAnswer } from './tracker-client.ts';
import { openWire, type Wire } from './wire.ts';

/** What a peer is made of. */
export interface PeerOptions {
  readonly metainfo: Metainfo;
  readonly content: Content;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Undefined: a peer as others are. */
  readonly receipts: ReceiptTerms | undefined;
  /** Tells the tracker; undefined: connections come from outside only. */
  readonly announce?: ((state: PeerState) => Promise<AnnounceAnswer>) | undefined;
  /** What is worth a line in a log. */
  readonly note: (line: string) => void;
  /** From 0 to 1, without 1. */
  readonly random: () => number;
  readonly blockMs?: number;
}

/** What the tracker is told. */
export interface PeerState {
  readonly port: number;
  readonly event: AnnounceEvent;
  readonly left: number;
  readonly downloaded: number;
}

/** A peer at work, with one torrent. */
export interface Peer {
  readonly port: number;
  /** Resolves when every piece is here. */
  readonly complete: Promise<void>;
  /** Connects to another peer; resolves when the connection ended. Faults are noted. */
  readonly meet: (host: string, port: number) => Promise<void>;
  readonly connections: () => number;
  /** Tells the tracker that it leaves, and ends all connections. */
  readonly close: () => Promise<void>;
}

const BLOCK_MS = 60_000;

/** Listens, announces, connects to the peers it is told of. Rejects when the port is taken or the tracker refuses. */
export async function startPeer(options: PeerOptions): Promise<Peer> {
  const { metainfo, content, peerId, host, note, announce } = options;
  const exchanges = new Set<Exchange>();
  const sockets = new Set<Socket>();
  const banned = new Set<string>();
  const known = new Set<string>();
  const finished = Promise.withResolvers<void>();
  const started = content.left();
  if (started === 0) finished.resolve();

  const parts: ExchangeParts = {
    metainfo,
    content,
    picker: createPicker(content.here, metainfo.pieces.length, options.random),
    receipts: options.receipts,
    blockMs: options.blockMs ?? BLOCK_MS,
    loaded: (piece) => {
      for (const exchange of exchanges) exchange.have(piece);
      if (content.left() === 0) finished.resolve();
    },
  };
  const local = { infohash: metainfo.infohash, peerId, extended: true };
  const mostBytes = Math.max(PEER_LIMITS.messageBytes, Math.ceil(metainfo.pieces.length / 8) + 1);
  const work = async (wire: Wire, name: string): Promise<void> => {
    const exchange = startExchange(wire, parts);
    exchanges.add(exchange);
    const fault = await exchange.ended;
    exchanges.delete(exchange);
    // Its pieces are for others now.
    for (const other of exchanges) other.wake();
    if (fault === undefined) return;
    note(`${name}: ${fault.message}`);
    if (fault.details.field === 'piece') banned.add(name);
  };
  const adopt = async (socket: Socket, name: string): Promise<void> => {
    if (sockets.size >= PEER_LIMITS.connections || banned.has(name)) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    try {
      await work(await openWire(socket, { local, mostBytes }), name);
    } catch (error) {
      // Also a full disk: what others have is still to be had.
      note(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      sockets.delete(socket);
      socket.destroy();
    }
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    void adopt(socket, socket.remoteAddress ?? 'unknown');
  });
  server.listen(options.port, host);
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;

  const meet = async (other: string, at: number): Promise<void> => {
    const name = `${other}:${at}`;
    if (known.has(name) || banned.has(other)) return;
    known.add(name);
    try {
      const socket = await dialled(other, at);
      if (socket === undefined) note(`${name}: nobody answers`);
      else await adopt(socket, other);
    } finally {
      known.delete(name);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const tell = async (event: AnnounceEvent): Promise<void> => {
    clearTimeout(timer);
    if (announce === undefined) return;
    const left = content.left();
    const { interval, peers } = await announce({ port, event, left, downloaded: started - left });
    if (closed) return;
    timer = setTimeout(() => void retell('update'), interval * 1000);
    // A seed, too: whoever came before it asks the tracker again in half an hour only.
    for (const peer of peers) void meet(peer.host, peer.port);
  };
  const retell = (event: AnnounceEvent): Promise<void> =>
    tell(event).catch((error: unknown) => {
      note(error instanceof Error ? error.message : 'tracker: no answer');
      if (!closed) timer = setTimeout(() => void retell('update'), RETRY_MS);
    });
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await retell('stopped');
    clearTimeout(timer);
    server.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all([...exchanges].map(({ ended }) => ended));
  };
  await tell('started').catch(async (error: unknown) => {
    closed = true;
    server.close();
    throw error;
  });
  if (started > 0) void finished.promise.then(() => retell('completed'));
  return { port, complete: finished.promise, meet, connections: () => sockets.size, close };
}

/** After a tracker did not answer. */
const RETRY_MS = 60_000;

function dialled(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PEER_LIMITS.connectMs });
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('timeout', fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('timeout', fail);
      socket.off('error', fail);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
