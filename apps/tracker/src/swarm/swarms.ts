import { type Ages, appendAge, removeAge } from './ages.ts';
import { becomeSeed, type Group, joinGroup, leaveGroup, positionOf, stopSeeding } from './group.ts';
import { type HashKey, textHash } from './half-sip-hash.ts';
import { SWARM_LIMITS, SWEEP_PER_ANNOUNCE, type SwarmLimits } from './limits.ts';
import {
  addPeer,
  BYTE,
  countNetwork,
  createPeers,
  dropPeer,
  ENDPOINT_6,
  endpointLength,
  findPeer,
  type PeerState,
  type Peers,
  STATE,
  sameBytes,
  WORD,
} from './peers.ts';
import { createMarks, type Random, sample } from './sample.ts';
import { countsOf, NOBODY, nameOf, newSwarm, type Swarm, type SwarmCounts } from './swarm.ts';

/** What swarms are made of; the key is secret. */
export interface SwarmsOptions {
  readonly key: HashKey;
  readonly random: Random;
  readonly limits?: Partial<SwarmLimits>;
}

/** Who is where. */
export interface PeerPlace {
  /** 20 bytes. */
  readonly infohash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Address and port, big endian: 6 or 18 bytes. */
  readonly endpoint: Uint8Array;
}

/** What an announce changes. */
export interface PeerChange extends PeerPlace {
  /** Id of the user. */
  readonly user: string;
  readonly state: PeerState;
  /** It says that it has just finished. */
  readonly completed: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** Which peers are wanted, and how many. */
export interface Wanted {
  readonly count: number;
  readonly families: 'ipv4' | 'ipv6' | 'both';
}

/** What has no room for a peer. */
export type Full = 'network' | 'swarm' | 'tracker';

/** Counts, and peers to connect to; `full`: the peer itself could not be taken in. */
export interface Joined extends SwarmCounts {
  readonly full: Full | undefined;
  /** Slots in `peers`; valid until the next call. */
  readonly picked: readonly number[];
}

/** Swarms and their peers, in memory, within limits. */
export interface Swarms {
  readonly peers: Peers;
  readonly limits: SwarmLimits;
  /** Number of swarms. */
  size(): number;
  /** Takes a peer in or notes its change, and picks others for it. Stale peers go in passing. */
  join(change: PeerChange, wanted: Wanted): Joined;
  /** Takes a peer out, if it is there under this id. */
  leave(place: PeerPlace): SwarmCounts;
  counts(infohash: Uint8Array): SwarmCounts;
  /** Removes stale peers, at most so many; answers how many went. */
  sweep(now: number, most: number): number;
}

/** Empty swarms. */
export function createSwarms({ key, random, ...options }: SwarmsOptions): Swarms {
  const limits: SwarmLimits = { ...SWARM_LIMITS, ...options.limits };
  const peers = createPeers(limits.peers, key);
  const { words, bytes } = peers;
  const ages: Ages = { oldest: 0, newest: 0 };
  const byName = new Map<string, Swarm>();
  const byId: (Swarm | undefined)[] = [];
  const freeIds: number[] = [];
  const marks = createMarks(Math.min(limits.peersPerSwarm, limits.peers) + 1);

  const found = (infohash: Uint8Array): Swarm | undefined => byName.get(nameOf(infohash));

  const opened = (infohash: Uint8Array): Swarm | undefined => {
    if (byName.size >= limits.swarms) return undefined;
    const id = freeIds.pop() ?? byId.length;
    const swarm = newSwarm(id, nameOf(infohash));
    byId[id] = swarm;
    byName.set(swarm.name, swarm);
    return swarm;
  };

  const closeIfEmpty = (swarm: Swarm): void => {
    if (swarm.ipv4.slots.length + swarm.ipv6.slots.length > 0) return;
    byName.delete(swarm.name);
    byId[swarm.id] = undefined;
    freeIds.push(swarm.id);
  };

  const groupOf = (swarm: Swarm, slot: number): Group =>
    endpointLength(peers, slot) === ENDPOINT_6 ? swarm.ipv6 : swarm.ipv4;

  const drop = (swarm: Swarm, slot: number): void => {
    if (bytes[slot * BYTE.length + BYTE.state] === STATE.paused) swarm.paused -= 1;
    leaveGroup(peers, groupOf(swarm, slot), slot);
    removeAge(peers, ages, slot);
    dropPeer(peers, slot);
  };

  const sweep = (now: number, most: number): number => {
    let gone = 0;
    while (gone < most && ages.oldest !== 0) {
      const slot = ages.oldest;
      const seen = (words[slot * WORD.length + WORD.seen] ?? 0) >>> 0;
      if (seen + limits.staleSeconds > now) break;
      const swarm = byId[words[slot * WORD.length + WORD.swarm] ?? 0];
      if (swarm === undefined) break;
      drop(swarm, slot);
      closeIfEmpty(swarm);
      gone += 1;
    }
    return gone;
  };

  /** What has no room for one more peer, if anything. */
  const lacking = (swarm: Swarm, endpoint: Uint8Array): Full | undefined => {
    if (swarm.ipv4.slots.length + swarm.ipv6.slots.length >= limits.peersPerSwarm) return 'swarm';
    if (countNetwork(peers, swarm.id, endpoint) >= limits.peersPerNetwork) return 'network';
    return peers.count >= peers.capacity ? 'tracker' : undefined;
  };

  /** The peer's slot, or what has no room for it. */
  const enter = (swarm: Swarm, { endpoint, peerId, state, completed, user, now }: PeerChange): number | Full => {
    const there = findPeer(peers, swarm.id, endpoint);
    const known = there !== 0;
    const full = known ? undefined : lacking(swarm, endpoint);
    if (full !== undefined) return full;
    const slot = known ? there : addPeer(peers, swarm.id, endpoint);
    const group = endpoint.length === ENDPOINT_6 ? swarm.ipv6 : swarm.ipv4;
    if (known) {
      const before = bytes[slot * BYTE.length + BYTE.state];
      if (before === STATE.paused) swarm.paused -= 1;
      if (completed && before !== STATE.seeding && state === STATE.seeding) swarm.downloaded += 1;
      if (state === STATE.seeding) becomeSeed(peers, group, slot);
      else stopSeeding(peers, group, slot);
      removeAge(peers, ages, slot);
    } else {
      joinGroup(peers, group, slot, state === STATE.seeding);
    }
    if (state === STATE.paused) swarm.paused += 1;
    appendAge(peers, ages, slot);
    bytes[slot * BYTE.length + BYTE.state] = state;
    bytes.set(peerId, slot * BYTE.length + BYTE.peerId);
    words[slot * WORD.length + WORD.seen] = now;
    words[slot * WORD.length + WORD.user] = textHash(key, user);
    return slot;
  };

  const pick = (swarm: Swarm, own: number, { peerId, state, endpoint, user }: PeerChange, wanted: Wanted): number[] => {
    const picked: number[] = [];
    const tag = textHash(key, user);
    const ask = (group: Group, count: number): void => {
      // Who wants nothing gets no seeds; so whoever hides what it lacks gets none either.
      const start = state === STATE.leeching ? 0 : group.seeds;
      const except = own !== 0 && groupOf(swarm, own) === group ? positionOf(peers, own) : -1;
      sample(marks, random, { start, end: group.slots.length, except }, count, (index) => {
        const slot = group.slots[index] ?? 0;
        if (sameBytes(bytes, slot * BYTE.length + BYTE.peerId, peerId)) return;
        const sameUser = words[slot * WORD.length + WORD.user] === tag && user !== '';
        if (sameUser && sameAddress(peers, slot, endpoint)) return;
        picked.push(slot);
      });
    };
    const { ipv4, ipv6 } = swarm;
    const [four, six] = [wanted.families !== 'ipv6', wanted.families !== 'ipv4'];
    const all = (four ? ipv4.slots.length : 0) + (six ? ipv6.slots.length : 0);
    const share = all === 0 ? 0 : Math.round((wanted.count * (four ? ipv4.slots.length : 0)) / all);
    if (four) ask(ipv4, share);
    if (six) ask(ipv6, wanted.count - share);
    return picked;
  };

  return {
    peers,
    limits,
    size: () => byName.size,
    sweep,
    join(change, wanted) {
      sweep(change.now, SWEEP_PER_ANNOUNCE);
      const swarm = found(change.infohash) ?? opened(change.infohash);
      if (swarm === undefined) return { ...NOBODY, full: 'tracker', picked: [] };
      const entered = enter(swarm, change);
      const [slot, full] = typeof entered === 'number' ? [entered, undefined] : [0, entered];
      const counts = countsOf(swarm);
      const picked = wanted.count === 0 ? [] : pick(swarm, slot, change, wanted);
      if (full !== undefined) closeIfEmpty(swarm);
      return { ...counts, full, picked };
    },
    leave({ infohash, peerId, endpoint }) {
      const swarm = found(infohash);
      if (swarm === undefined) return NOBODY;
      const slot = findPeer(peers, swarm.id, endpoint);
      if (slot !== 0 && sameBytes(bytes, slot * BYTE.length + BYTE.peerId, peerId)) {
        drop(swarm, slot);
        closeIfEmpty(swarm);
      }
      return countsOf(swarm);
    },
    counts(infohash) {
      const swarm = found(infohash);
      return swarm === undefined ? NOBODY : countsOf(swarm);
    },
  };
}

function sameAddress(peers: Peers, slot: number, endpoint: Uint8Array): boolean {
  if (endpointLength(peers, slot) !== endpoint.length) return false;
  return sameBytes(peers.bytes, slot * BYTE.length + BYTE.endpoint, endpoint.subarray(0, -2));
}
