// A process of its own for a tracker that knows 1,000,000 peers in 100,000 swarms. It tells what it takes in memory, all
// of the engine included, and how announces among many peers compare with announces among few.
import { createRandom, createSwarms, createTracker, type Tracker } from '@assay/tracker';
import { ratioOf } from './ratio.ts';

const gate = {
  user: () => ({ id: '', mayLeech: true }),
  torrent: () => ({ allowed: true }),
  announced: () => undefined,
};
const address = new Uint8Array(4);
const infohash = new Uint8Array(20);
const peerId = new Uint8Array(20);

function newTracker(): Tracker {
  const swarms = createSwarms({ key: [1, 2], random: createRandom([1, 2, 3, 4]) });
  return createTracker({ gate, swarms, clock: () => new Date() });
}

/** Peer number `peer` of swarm number `swarm` announces. */
function announce(tracker: Tracker, swarm: number, peer: number): unknown {
  new DataView(infohash.buffer).setUint32(0, swarm);
  new DataView(peerId.buffer).setUint32(0, peer);
  new DataView(address.buffer).setUint32(0, 0x0a000000 + peer);
  const request = { passkey: undefined, infohash, peerId, port: 6881, event: 'update', wanted: 50 } as const;
  return tracker.announce({ ...request, uploaded: 0, downloaded: 0, left: peer % 3 }, address, 'both');
}

function fill(tracker: Tracker, swarms: number, peers: number): Tracker {
  for (let peer = 0; peer < peers; peer += 1) {
    for (let swarm = 0; swarm < swarms; swarm += 1) announce(tracker, swarm, peer);
  }
  return tracker;
}

/** Peers at random, so that each announce finds another part of memory. */
function among(tracker: Tracker, swarms: number, peers: number): () => unknown {
  const random = createRandom([5, 6, 7, 8]);
  return () => announce(tracker, random(swarms), random(peers));
}

const many = fill(newTracker(), 100_000, 10);
const { rss } = process.memoryUsage();
const few = fill(newTracker(), 10_000, 10);
const crowd = fill(newTracker(), 1, 250_000);
const group = fill(newTracker(), 1, 25_000);
const swarms = await ratioOf({ run: among(few, 10_000, 10) }, { run: among(many, 100_000, 10) });
const peers = await ratioOf({ run: among(group, 1, 25_000) }, { run: among(crowd, 1, 250_000) });
process.send?.({ peers: many.swarms.peers.count, swarms: many.swarms.size(), rss, inSwarms: swarms, inOne: peers });
