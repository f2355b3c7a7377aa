import type { Group } from './group.ts';

/** Counts of a swarm (BEP 48, BEP 21). */
export interface SwarmCounts {
  readonly complete: number;
  readonly incomplete: number;
  /** Of the incomplete: those that want more than they have. */
  readonly downloaders: number;
  /** How many finished since the swarm began. */
  readonly downloaded: number;
}

/** Who shares a torrent. */
export interface Swarm {
  /** Index among the swarms. */
  readonly id: number;
  /** The infohash, a character for each byte. */
  readonly name: string;
  readonly ipv4: Group;
  readonly ipv6: Group;
  paused: number;
  downloaded: number;
}

/** Counts where there is no swarm. */
export const NOBODY: SwarmCounts = { complete: 0, incomplete: 0, downloaders: 0, downloaded: 0 };

/** A swarm without peers. */
export function newSwarm(id: number, name: string): Swarm {
  return { id, name, ipv4: { slots: [], seeds: 0 }, ipv6: { slots: [], seeds: 0 }, paused: 0, downloaded: 0 };
}

/** The name of an infohash (20 bytes). */
export function nameOf(infohash: Uint8Array): string {
  return Buffer.from(infohash.buffer, infohash.byteOffset, infohash.length).toString('latin1');
}

/** The counts of a swarm. */
export function countsOf({ ipv4, ipv6, paused, downloaded }: Swarm): SwarmCounts {
  const complete = ipv4.seeds + ipv6.seeds;
  const incomplete = ipv4.slots.length + ipv6.slots.length - complete;
  return { complete, incomplete, downloaders: incomplete - paused, downloaded };
}
