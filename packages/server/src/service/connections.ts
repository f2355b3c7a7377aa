import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ServiceLimits } from './limits.ts';

/** A request that has no whole answer yet. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The connections of a server, and what is under way on them. */
export interface Connections {
  /**
   * What to do with a request: `handle` it; `refuse` it, as the first beyond the limit; or `ignore` it, since the
   * refusal was the last answer on its connection.
   */
  admit(exchange: Exchange): 'handle' | 'refuse' | 'ignore';
  /** Requests under way on a connection, the oldest first. */
  underWay(socket: Socket): readonly Exchange[];
  /** From now on a connection ends with its last answer; those without a request end at once. */
  drain(): void;
  /** Breaks everything off. */
  cut(): void;
}

/**
 * Keeps account of a server's connections. `requestEvent` is when a connection can carry requests: after its TLS. One
 * beyond the limit takes the place of the one that has been idle for longest, else it is closed itself: whoever holds
 * connections open and asks nothing keeps nobody out.
 */
export function trackConnections(
  server: Server,
  requestEvent: 'connection' | 'secureConnection',
  { connections, pipelined }: Pick<ServiceLimits, 'connections' | 'pipelined'>,
  onChange: (change: 1 | -1) => void,
): Connections {
  /** All sockets, TLS not yet spoken on them included. */
  const sockets = new Set<Socket>();
  /** Connections on which TLS is still to be spoken, by their peers: what speaks it then is another socket. */
  const greeting = new Map<string, Socket>();
  /** Idle ones in the order in which they became so. */
  const ready = new Map<Socket, Set<Exchange>>();
  const overrun = new WeakSet<Socket>();
  let draining = false;

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    onChange(1);
    if (sockets.size > connections) (longestIdle() ?? socket).destroy();
    const peer = peerOf(socket);
    if (requestEvent === 'secureConnection') greeting.set(peer, socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (greeting.get(peer) === socket) greeting.delete(peer);
      onChange(-1);
    });
  });
  server.on(requestEvent, (socket: Socket) => {
    greeting.delete(peerOf(socket));
    ready.set(socket, new Set());
    socket.once('close', () => ready.delete(socket));
    if (draining) socket.destroy();
  });

  const longestIdle = (): Socket | undefined => {
    for (const socket of greeting.values()) if (!socket.destroyed) return socket;
    for (const [socket, exchanges] of ready) if (exchanges.size === 0 && !socket.destroyed) return socket;
    return undefined;
  };
  const settle = (socket: Socket, exchange: Exchange): void => {
    const exchanges = ready.get(socket);
    exchanges?.delete(exchange);
    if (exchanges?.size !== 0) return;
    ready.delete(socket);
    ready.set(socket, exchanges);
    if (draining) socket.destroySoon();
  };

  return {
    admit: (exchange) => {
      const { socket } = exchange.request;
      if (overrun.has(socket)) {
        stopReading(socket);
        return 'ignore';
      }
      const exchanges = ready.get(socket);
      exchanges?.add(exchange);
      exchange.response.once('close', () => settle(socket, exchange));
      if (draining) exchange.response.setHeader('connection', 'close');
      if ((exchanges?.size ?? 0) <= pipelined) return 'handle';
      overrun.add(socket);
      stopReading(socket);
      return 'refuse';
    },
    underWay: (socket) => [...(ready.get(socket) ?? [])],
    drain: () => {
      draining = true;
      for (const [socket, exchanges] of ready) {
        if (exchanges.size === 0) socket.destroy();
        const last = [...exchanges].at(-1)?.response;
        if (last !== undefined && !last.headersSent) last.setHeader('connection', 'close');
      }
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Leaves with the peer what has not been read yet. Node resumes in the tick after each request: this comes after it. */
function stopReading(socket: Socket): void {
  process.nextTick(() => process.nextTick(() => socket.pause()));
}
