import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressBytes } from '../announce/address.ts';
import { nameOf } from '../swarm/swarm.ts';
import type { Trust } from './client-address.ts';

/** Closes connections beyond so many of one address, or of one /64 of IPv6; trusted proxies have as many as they like. */
export function limitConnections(server: Server, most: number, trusted: Trust): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = addressBytes(socket.remoteAddress ?? '');
    // Gone already, or somebody's word for many.
    if (address === undefined || trusted(address)) return;
    const network = nameOf(address.subarray(0, 8));
    const count = (open.get(network) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(network, count);
    socket.once('close', () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left === 0) open.delete(network);
      else open.set(network, left);
    });
  });
}
