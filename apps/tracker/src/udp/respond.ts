import type { Tracker } from '../announce/announce.ts';
import { scrape } from '../scrape/scrape.ts';
import { ENDPOINT_4, ENDPOINT_6 } from '../swarm/peers.ts';
import { announcePacket, connectPacket, errorPacket, scrapePacket } from './answers.ts';
import type { ConnectionIds } from './connection-id.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { UdpLimits } from './limits.ts';
import { type ClientPacket, readPacket } from './packets.ts';

/** What answers datagrams. */
export interface UdpParts {
  readonly tracker: Tracker;
  readonly connections: ConnectionIds;
  readonly flood: FloodGuard;
  readonly limits: UdpLimits;
}

/**
 * The answer to a datagram from an address (4 or 16 bytes); undefined: none. Until an address has proven that it
 * receives, by its connection id, it is never sent more bytes than it sent.
 */
export function respond(parts: UdpParts, datagram: Uint8Array, address: Uint8Array): Buffer | undefined {
  const { connections, flood } = parts;
  if (!flood.admits(address)) return undefined;
  const packet = readPacket(datagram);
  if (packet === undefined) return undefined;
  if (packet.kind === 'connect') return connectPacket(packet.transaction, connections.issue(address));
  if (!connections.proves(address, packet.connection)) return undefined;
  return answer(parts, packet, address);
}

function answer(
  { tracker, limits }: UdpParts,
  packet: Exclude<ClientPacket, { readonly kind: 'connect' }>,
  address: Uint8Array,
): Buffer {
  const { transaction } = packet;
  if (packet.kind === 'malformed') return errorPacket(transaction, packet.failure);
  if (packet.kind === 'scrape') {
    const scraped = scrape(tracker, packet.request);
    return 'failure' in scraped ? errorPacket(transaction, scraped.failure) : scrapePacket(transaction, scraped);
  }
  const ipv4 = address.length === 4;
  const length = ipv4 ? ENDPOINT_4 : ENDPOINT_6;
  const most = Math.floor((limits.answerBytes - 20) / length);
  const wanted = Math.min(packet.request.wanted ?? tracker.limits.wanted, most);
  const told = tracker.announce({ ...packet.request, wanted }, address, ipv4 ? 'ipv4' : 'ipv6');
  if ('failure' in told) return errorPacket(transaction, told.failure);
  return announcePacket(transaction, told, tracker.swarms.peers, { interval: tracker.limits.interval, length });
}
