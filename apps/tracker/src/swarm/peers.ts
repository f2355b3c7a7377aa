import { type HashKey, halfSipHash } from './half-sip-hash.ts';

/**
 * All peers of all swarms: records in one block, found by swarm and network through chained buckets. Slots count from
 * 1; slot 0 means none. Nothing grows and nothing is collected, and pages of slots never used cost nothing.
 */
export interface Peers {
  readonly capacity: number;
  readonly key: HashKey;
  readonly buckets: Int32Array;
  /** The records as words, see `WORD`. */
  readonly words: Int32Array;
  /** The same memory as bytes, see `BYTE`. */
  readonly bytes: Uint8Array;
  /** First of the slots given back, chained by `WORD.next`. */
  free: number;
  /** Slots used at least once. */
  highest: number;
  count: number;
  /** Of these, how many have all. */
  seeds: number;
}

/** Words of a record: its length, and where its fields are. */
export const WORD = {
  length: 17,
  /** Next slot of the bucket. */
  next: 0,
  swarm: 1,
  /** Index in its group. */
  position: 2,
  /** Neighbours in the order of last announces. */
  older: 3,
  newer: 4,
  /** Unix seconds of the last announce, unsigned. */
  seen: 5,
  /** Keyed hash of the user's id. */
  user: 6,
} as const;

/** Bytes of a record: its length, and where its fields are. */
export const BYTE = { length: 68, peerId: 28, endpoint: 48, ipv6: 66, state: 67 } as const;

/** What a peer is, in `BYTE.state`. */
export const STATE = { leeching: 0, seeding: 1, paused: 2 } as const;
/** One of `STATE`. */
export type PeerState = (typeof STATE)[keyof typeof STATE];

/** Length of an IPv4 address and a port; of an IPv6 address it is `ENDPOINT_6`. */
export const ENDPOINT_4 = 6;
/** Length of an IPv6 address and a port. */
export const ENDPOINT_6 = 18;

const scratch = new Int32Array(3);

/** A table for so many peers. */
export function createPeers(capacity: number, key: HashKey): Peers {
  const records = new ArrayBuffer((capacity + 1) * BYTE.length);
  return {
    capacity,
    key,
    buckets: new Int32Array(2 ** Math.ceil(Math.log2(capacity + 1))),
    words: new Int32Array(records),
    bytes: new Uint8Array(records),
    free: 0,
    highest: 0,
    count: 0,
    seeds: 0,
  };
}

/** The slot of a swarm's peer at an endpoint (6 or 18 bytes), or 0. */
export function findPeer(peers: Peers, swarm: number, endpoint: Uint8Array): number {
  const { words, bytes } = peers;
  const ipv6 = endpoint.length === ENDPOINT_6 ? 1 : 0;
  let slot = peers.buckets[bucketOf(peers, swarm, endpoint, 0, endpoint.length)] ?? 0;
  for (; slot !== 0; slot = words[slot * WORD.length + WORD.next] ?? 0) {
    if (words[slot * WORD.length + WORD.swarm] !== swarm || bytes[slot * BYTE.length + BYTE.ipv6] !== ipv6) continue;
    if (sameBytes(bytes, slot * BYTE.length + BYTE.endpoint, endpoint)) return slot;
  }
  return 0;
}

/** How many peers a swarm has of the network that an endpoint is in. */
export function countNetwork(peers: Peers, swarm: number, endpoint: Uint8Array): number {
  const { words, bytes } = peers;
  const network = endpoint.subarray(0, networkLength(endpoint.length));
  let count = 0;
  let slot = peers.buckets[bucketOf(peers, swarm, endpoint, 0, endpoint.length)] ?? 0;
  for (; slot !== 0; slot = words[slot * WORD.length + WORD.next] ?? 0) {
    if (words[slot * WORD.length + WORD.swarm] !== swarm || endpointLength(peers, slot) !== endpoint.length) continue;
    if (sameBytes(bytes, slot * BYTE.length + BYTE.endpoint, network)) count += 1;
  }
  return count;
}

/** A slot for a peer that is not there yet, or 0 when all are taken. */
export function addPeer(peers: Peers, swarm: number, endpoint: Uint8Array): number {
  const { words, bytes, buckets } = peers;
  let slot = peers.free;
  if (slot !== 0) {
    peers.free = words[slot * WORD.length + WORD.next] ?? 0;
  } else {
    if (peers.highest === peers.capacity) return 0;
    peers.highest += 1;
    slot = peers.highest;
  }
  peers.count += 1;
  const bucket = bucketOf(peers, swarm, endpoint, 0, endpoint.length);
  words[slot * WORD.length + WORD.next] = buckets[bucket] ?? 0;
  buckets[bucket] = slot;
  words[slot * WORD.length + WORD.swarm] = swarm;
  bytes.set(endpoint, slot * BYTE.length + BYTE.endpoint);
  bytes[slot * BYTE.length + BYTE.ipv6] = endpoint.length === ENDPOINT_6 ? 1 : 0;
  return slot;
}

/** Gives a slot back. */
export function dropPeer(peers: Peers, slot: number): void {
  const { words, bytes, buckets } = peers;
  const swarm = words[slot * WORD.length + WORD.swarm] ?? 0;
  const length = endpointLength(peers, slot);
  const bucket = bucketOf(peers, swarm, bytes, slot * BYTE.length + BYTE.endpoint, length);
  const next = words[slot * WORD.length + WORD.next] ?? 0;
  if (buckets[bucket] === slot) {
    buckets[bucket] = next;
  } else {
    let before = buckets[bucket] ?? 0;
    while (words[before * WORD.length + WORD.next] !== slot) before = words[before * WORD.length + WORD.next] ?? 0;
    words[before * WORD.length + WORD.next] = next;
  }
  words[slot * WORD.length + WORD.next] = peers.free;
  peers.free = slot;
  peers.count -= 1;
}

/** Length of the endpoint of a peer: 6 or 18. */
export function endpointLength(peers: Peers, slot: number): number {
  return peers.bytes[slot * BYTE.length + BYTE.ipv6] === 1 ? ENDPOINT_6 : ENDPOINT_4;
}

/** True when the bytes from `offset` begin with `expected`. */
export function sameBytes(bytes: Uint8Array, offset: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i += 1) if (bytes[offset + i] !== expected[i]) return false;
  return true;
}

/** Bytes of an endpoint that stand for whoever has it: its IPv4 address, or the /64 that a customer has of IPv6. */
function networkLength(endpoint: number): number {
  return endpoint === ENDPOINT_6 ? 8 : 4;
}

/** Peers of a network share a bucket, so that they can be counted; a swarm has few of each. */
function bucketOf(peers: Peers, swarm: number, bytes: Uint8Array, offset: number, length: number): number {
  scratch[0] = swarm;
  let words = 1;
  for (let at = offset; at < offset + networkLength(length); at += 4) {
    scratch[words] =
      ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    words += 1;
  }
  return halfSipHash(peers.key, scratch, words) & (peers.buckets.length - 1);
}
