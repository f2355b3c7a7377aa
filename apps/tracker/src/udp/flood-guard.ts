import { type HashKey, halfSipHash } from '../swarm/half-sip-hash.ts';
import { FLOOD_COUNTERS } from './limits.ts';

/** Counts packets of addresses by the second, in a fixed number of counters that addresses share. */
export interface FloodGuard {
  /** False when this address, or one that shares its counter, has sent too many this second. */
  admits(address: Uint8Array): boolean;
}

/** A guard that admits so many packets a second; the key is secret, so that nobody can choose whom to crowd out. */
export function createFloodGuard(key: HashKey, clock: () => Date, perSecond: number): FloodGuard {
  const counts = new Uint32Array(FLOOD_COUNTERS);
  const words = new Int32Array(2);
  let second = 0;
  return {
    admits(address) {
      const now = Math.floor(clock().getTime() / 1000);
      if (now !== second) {
        second = now;
        counts.fill(0);
      }
      // Of IPv6, a customer has a /64 at least.
      for (let at = 0; at < 2; at += 1) words[at] = address.length === 4 && at === 1 ? 0 : word(address, at * 4);
      const counter = (halfSipHash(key, words, 2) >>> 0) % FLOOD_COUNTERS;
      const count = (counts[counter] ?? 0) + 1;
      counts[counter] = count;
      return count <= perSecond;
    },
  };
}

function word(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a << 24) | (b << 16) | (c << 8) | d;
}
