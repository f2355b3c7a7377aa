import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { addressBytes } from '../announce/address.ts';
import type { Tracker } from '../announce/announce.ts';
import { createConnectionIds } from './connection-id.ts';
import { createFloodGuard } from './flood-guard.ts';
import { UDP_LIMITS, type UdpLimits } from './limits.ts';
import { respond, type UdpParts } from './respond.ts';

/** How announces over UDP are answered. */
export interface UdpOptions {
  readonly tracker: Tracker;
  /** An address of this machine, or `::` for all of them. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly clock: () => Date;
  /** At least 40 random bytes. */
  readonly secret?: Uint8Array;
  readonly limits?: Partial<UdpLimits>;
}

/** A UDP tracker that answers until it is closed. */
export interface UdpTracker extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers announces and scrapes over UDP (BEP 15, BEP 41) on one socket; `::` takes IPv4, too. Rejects when it cannot. */
export async function serveUdp(options: UdpOptions): Promise<UdpTracker> {
  const { tracker, host, port, clock, secret = randomBytes(40) } = options;
  const limits: UdpLimits = { ...UDP_LIMITS, ...options.limits };
  const words = new DataView(secret.buffer, secret.byteOffset, secret.byteLength);
  const parts: UdpParts = {
    tracker,
    limits,
    connections: createConnectionIds(secret.subarray(8), clock, limits.windowSeconds),
    flood: createFloodGuard([words.getInt32(0), words.getInt32(4)], clock, limits.packetsPerSecond),
  };
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  socket.on('message', (datagram, from) => {
    const address = addressBytes(from.address);
    if (address === undefined || from.port === 0) return;
    const answer = respond(parts, datagram, address);
    // Whether it arrives is UDP's business, and the client's.
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined);
  });
  const bound = once(socket, 'listening');
  socket.bind(port, host);
  await bound;
  // Such as those about answers that could not be delivered: the next datagram is none the worse for it.
  socket.on('error', () => undefined);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeSocket(socket);
    return closed;
  };
  return { port: socket.address().port, close, [Symbol.asyncDispose]: close };
}

async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
