import { type PeerState, STATE } from '../swarm/peers.ts';
import type { Full, Swarms, Wanted } from '../swarm/swarms.ts';
import { epochAt, type Gate, type GateUser } from './gate.ts';
import { ANNOUNCE_LIMITS, type AnnounceLimits } from './limits.ts';
import { type AnnounceRequest, type Refusal, refuse } from './request.ts';

/** What a tracker is made of. */
export interface TrackerOptions {
  readonly gate: Gate;
  readonly swarms: Swarms;
  readonly clock: () => Date;
  readonly epochSeconds?: number;
  readonly limits?: Partial<AnnounceLimits>;
}

/** Answers announces and scrapes, however they arrive. */
export interface Tracker {
  readonly gate: Gate;
  readonly swarms: Swarms;
  readonly limits: AnnounceLimits;
  /** `address` is where the client is, 4 or 16 bytes. */
  announce(request: AnnounceRequest, address: Uint8Array, families: Wanted['families']): Answer | Refusal;
}

/** What an announce is told. */
export interface Answer {
  readonly complete: number;
  readonly incomplete: number;
  readonly downloaded: number;
  readonly warning: string | undefined;
  /** Slots of peers in the swarms' table; valid until the next announce. */
  readonly picked: readonly number[];
}

/** Length of an epoch unless said otherwise, in seconds. */
const EPOCH_SECONDS = 3_600;

const FULL: Readonly<Record<Full, string>> = {
  network: 'this swarm has all the peers of your network that are kept here: others cannot find you',
  swarm: 'this swarm has all the peers that are kept here: others cannot find you',
  tracker: 'this tracker has all the peers that it can keep: others cannot find you',
};

/** A tracker over swarms and accounts. */
export function createTracker(options: TrackerOptions): Tracker {
  const { gate, swarms, clock, epochSeconds = EPOCH_SECONDS } = options;
  const limits = withinEpochs({ ...ANNOUNCE_LIMITS, ...options.limits }, epochSeconds);
  return {
    gate,
    swarms,
    limits,
    announce(request, address, families) {
      const { infohash, peerId, event, left } = request;
      const user = admit(gate, request.passkey, infohash);
      if ('failure' in user) return user;
      const endpoint = endpointOf(address, request.port);
      if (left > 0 && !user.mayLeech) {
        // What it had before its ratio fell is no reason to be found.
        swarms.leave({ infohash, peerId, endpoint });
        return refuse('your ratio is too low to download: share what you have first');
      }
      const now = Math.floor(clock().getTime() / 1000);
      const { uploaded, downloaded } = request;
      const epoch = epochAt(now, epochSeconds);
      gate.announced({ user: user.id, infohash, epoch, at: now, peer: peerId, event, uploaded, downloaded, left });
      if (event === 'stopped') {
        return { ...swarms.leave({ infohash, peerId, endpoint }), warning: undefined, picked: [] };
      }
      const joined = swarms.join(
        { infohash, peerId, endpoint, user: user.id, state: stateOf(request), completed: event === 'completed', now },
        { count: Math.min(request.wanted ?? limits.wanted, limits.mostWanted), families },
      );
      const { complete, incomplete, picked, full } = joined;
      return {
        complete,
        incomplete,
        downloaded: joined.downloaded,
        warning: full === undefined ? undefined : FULL[full],
        picked,
      };
    },
  };
}

/** Receipts of an epoch rest on an announce in it or the one before, so clients are to come again in each. */
function withinEpochs(limits: AnnounceLimits, epochSeconds: number): AnnounceLimits {
  const interval = Math.min(limits.interval, epochSeconds);
  return { ...limits, interval, minInterval: Math.min(limits.minInterval, interval) };
}

/** The user, if both user and torrent are known here. */
export function admit(gate: Gate, passkey: string | undefined, infohash: Uint8Array): GateUser | Refusal {
  const user = gate.user(passkey);
  if (user === undefined) {
    return passkey === undefined
      ? refuse('a passkey is missing: announce to /announce/PASSKEY')
      : refuse('unknown passkey: take the announce address of your account');
  }
  return gate.torrent(infohash)?.allowed === true ? user : refuse('this torrent is not registered here');
}

function stateOf({ event, left }: AnnounceRequest): PeerState {
  if (left === 0) return STATE.seeding;
  return event === 'paused' ? STATE.paused : STATE.leeching;
}

function endpointOf(address: Uint8Array, port: number): Uint8Array {
  const endpoint = new Uint8Array(address.length + 2);
  endpoint.set(address);
  endpoint[address.length] = port >> 8;
  endpoint[address.length + 1] = port & 0xff;
  return endpoint;
}
