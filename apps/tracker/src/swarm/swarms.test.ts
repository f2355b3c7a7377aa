import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { infohash, peerId } from '../../../../tools/bittorrent-in-tests.ts';
import { compactEndpoints } from '../announce/answer.ts';
import { type PeerState, STATE } from './peers.ts';
import { createRandom } from './sample.ts';
import { createSwarms, type Swarms, type SwarmsOptions } from './swarms.ts';

const swarmsOf = (limits: SwarmsOptions['limits'] = {}): Swarms =>
  createSwarms({ key: [3, 4], random: createRandom([1, 2, 3, 4]), limits: { peers: 1_000, ...limits } });

/** Endpoint number so and so; odd ones are IPv6. */
const endpointOf = (peer: number, ipv6 = peer % 2 === 1): Uint8Array => {
  const endpoint = new Uint8Array(ipv6 ? 18 : 6).fill(9);
  new DataView(endpoint.buffer).setUint32(0, peer);
  return endpoint;
};

const place = (swarm: number, peer: number) => ({
  infohash: infohash(swarm),
  peerId: peerId(peer),
  endpoint: endpointOf(peer),
});

const change = (swarm: number, peer: number, state: PeerState = STATE.leeching, now = 0) => ({
  ...place(swarm, peer),
  user: '',
  state,
  completed: false,
  now,
});
const ALL = { count: 1_000, families: 'both' } as const;
const four = (swarms: Swarms, picked: readonly number[]): string =>
  compactEndpoints(swarms.peers, picked, 6).toString('hex');

describe('a swarm', () => {
  test('hands out its other peers, never the one that asks', () => {
    const swarms = swarmsOf();
    for (const peer of [0, 2, 4]) swarms.join(change(1, peer), ALL);
    const { picked } = swarms.join(change(1, 2), ALL);
    expect(four(swarms, picked).match(/.{12}/g)?.sort()).toEqual(['000000000909', '000000040909']);
  });

  test('is another for another infohash', () => {
    const swarms = swarmsOf();
    swarms.join(change(1, 0), ALL);
    expect(swarms.join(change(2, 2), ALL)).toMatchObject({ incomplete: 1, picked: [] });
    expect(swarms.size()).toBe(2);
  });

  test('gives seeds and the paused no seeds: they want nothing', () => {
    const swarms = swarmsOf();
    swarms.join(change(1, 0, STATE.seeding), ALL);
    swarms.join(change(1, 2, STATE.leeching), ALL);
    for (const state of [STATE.seeding, STATE.paused]) {
      expect(four(swarms, swarms.join(change(1, 4, state), ALL).picked)).toBe('000000020909');
    }
    expect(swarms.join(change(1, 4, STATE.leeching), ALL).picked).toHaveLength(2);
  });

  test('leaves out whoever has the same id, and the same user at the same address', () => {
    const swarms = swarmsOf();
    const at = (peer: number, port: number, user: string) => {
      const endpoint = Uint8Array.of(192, 0, 2, 1, 0, port);
      return { ...change(1, peer), endpoint, user };
    };
    swarms.join(at(1, 1, 'alice'), ALL);
    expect(swarms.join(at(1, 2, 'alice'), ALL).picked).toHaveLength(0);
    expect(swarms.join(at(3, 3, 'alice'), ALL).picked).toHaveLength(0);
    expect(swarms.join(at(4, 4, 'bob'), ALL).picked).toHaveLength(3);
  });

  test('another id at an endpoint takes its place, but cannot make it leave', () => {
    const swarms = swarmsOf();
    swarms.join(change(1, 0), ALL);
    expect(swarms.leave({ ...place(1, 0), peerId: peerId(7) })).toMatchObject({ incomplete: 1 });
    expect(swarms.join({ ...change(1, 0), peerId: peerId(7) }, ALL)).toMatchObject({ incomplete: 1 });
    expect(swarms.leave({ ...place(1, 0), peerId: peerId(7) })).toMatchObject({ incomplete: 0 });
  });

  test('counts a download once, when one of its own has finished', () => {
    const swarms = swarmsOf();
    swarms.join(change(1, 0), ALL);
    const done = { ...change(1, 0, STATE.seeding), completed: true };
    expect(swarms.join(done, ALL)).toMatchObject({ complete: 1, downloaded: 1 });
    expect(swarms.join(done, ALL)).toMatchObject({ downloaded: 1 });
    expect(swarms.join({ ...change(1, 2, STATE.seeding), completed: true }, ALL)).toMatchObject({ downloaded: 1 });
  });

  test('forgets peers that did not announce for as long as is allowed, and is gone with the last', () => {
    const swarms = swarmsOf({ staleSeconds: 100 });
    swarms.join(change(1, 0, STATE.leeching, 0), ALL);
    swarms.join(change(1, 2, STATE.leeching, 50), ALL);
    expect(swarms.sweep(99, 10)).toBe(0);
    expect(swarms.sweep(100, 10)).toBe(1);
    expect(swarms.counts(infohash(1))).toMatchObject({ incomplete: 1 });
    swarms.join(change(2, 4, STATE.leeching, 150), ALL);
    expect(swarms.size()).toBe(1);
  });

  test('an announce makes a peer young again', () => {
    const swarms = swarmsOf({ staleSeconds: 100 });
    swarms.join(change(1, 0, STATE.leeching, 0), ALL);
    swarms.join(change(1, 2, STATE.leeching, 10), ALL);
    swarms.join(change(1, 0, STATE.leeching, 90), ALL);
    expect(swarms.sweep(110, 10)).toBe(1);
    expect(four(swarms, swarms.join(change(1, 4, STATE.leeching, 110), ALL).picked)).toBe('000000000909');
  });

  test('one sweep removes no more than it was asked to', () => {
    const swarms = swarmsOf({ staleSeconds: 1 });
    for (let peer = 0; peer < 20; peer += 1) swarms.join(change(1, peer), ALL);
    expect([swarms.sweep(10, 8), swarms.sweep(10, 8), swarms.sweep(10, 8)]).toEqual([8, 8, 4]);
  });
});

describe('limits', () => {
  test('a full swarm still tells of its peers, and takes in none', () => {
    const swarms = swarmsOf({ peersPerSwarm: 2 });
    for (const peer of [0, 2]) swarms.join(change(1, peer), ALL);
    expect(swarms.join(change(1, 4), ALL)).toMatchObject({ full: 'swarm', incomplete: 2, picked: [1, 2] });
    expect(swarms.join(change(2, 4), ALL)).toMatchObject({ full: undefined });
  });

  test('a full tracker takes in nobody until somebody leaves', () => {
    const swarms = swarmsOf({ peers: 2 });
    for (const peer of [0, 2]) swarms.join(change(1, peer), ALL);
    expect(swarms.join(change(2, 4), ALL)).toMatchObject({ full: 'tracker' });
    expect(swarms.size()).toBe(1);
    swarms.leave(place(1, 0));
    expect(swarms.join(change(2, 4), ALL)).toMatchObject({ full: undefined });
  });

  test('one network cannot fill a swarm: neither an address of IPv4, nor a /64 of IPv6', () => {
    const swarms = swarmsOf({ peersPerNetwork: 2 });
    const at = (last: number, ipv6: boolean) => {
      const endpoint = new Uint8Array(ipv6 ? 18 : 6).fill(9);
      endpoint[endpoint.length - (ipv6 ? 3 : 1)] = last;
      return swarms.join({ ...change(1, last), endpoint }, ALL).full;
    };
    expect([1, 2, 3, 1].map((last) => at(last, false))).toEqual([undefined, undefined, 'network', undefined]);
    expect([1, 2, 3, 1].map((last) => at(last, true))).toEqual([undefined, undefined, 'network', undefined]);
  });

  test('swarms are bounded, too', () => {
    const swarms = swarmsOf({ swarms: 1 });
    swarms.join(change(1, 0), ALL);
    expect(swarms.join(change(2, 0), ALL)).toMatchObject({ full: 'tracker', picked: [] });
    expect(swarms.size()).toBe(1);
  });
});

test('only peers that use the wanted version of IP are picked', () => {
  const swarms = swarmsOf();
  for (let peer = 0; peer < 10; peer += 1) swarms.join(change(1, peer), ALL);
  const picked = (families: 'ipv4' | 'ipv6' | 'both', count: number) =>
    swarms.join(change(1, 20), { count, families }).picked;
  expect(compactEndpoints(swarms.peers, picked('ipv4', 50), 6)).toHaveLength(5 * 6);
  expect(compactEndpoints(swarms.peers, picked('ipv6', 50), 18)).toHaveLength(5 * 18);
  expect(picked('both', 50)).toHaveLength(10);
  expect(picked('both', 4)).toHaveLength(4);
});

test('swarms and their counts are as a simple model says, whatever happens', () => {
  const step = fc.record({
    swarm: fc.integer({ min: 0, max: 2 }),
    peer: fc.integer({ min: 0, max: 7 }),
    act: fc.constantFrom<'leave' | 'sweep' | PeerState>('leave', 'sweep', STATE.leeching, STATE.seeding, STATE.paused),
    later: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const swarms = swarmsOf({ staleSeconds: 10, peers: 50 });
      const model = new Map<string, { swarm: number; state: PeerState; seen: number }>();
      let now = 1_000;
      for (const { swarm, peer, act, later } of steps) {
        now += later;
        swarms.sweep(now, 1_000);
        for (const [key, { seen }] of model) if (seen + 10 <= now) model.delete(key);
        if (act === 'leave') {
          swarms.leave(place(swarm, peer));
          model.delete(`${swarm}/${peer}`);
        } else if (act !== 'sweep') {
          const joined = swarms.join(change(swarm, peer, act, now), ALL);
          model.set(`${swarm}/${peer}`, { swarm, state: act, seen: now });
          const others = [...model].filter(([key, other]) => {
            return (
              other.swarm === swarm &&
              key !== `${swarm}/${peer}` &&
              (act === STATE.leeching || other.state !== STATE.seeding)
            );
          });
          expect(joined.picked).toHaveLength(others.length);
        }
        for (const each of [0, 1, 2]) {
          const states = [...model.values()].filter((entry) => entry.swarm === each).map(({ state }) => state);
          const complete = states.filter((state) => state === STATE.seeding).length;
          expect(swarms.counts(infohash(each))).toMatchObject({
            complete,
            incomplete: states.length - complete,
            downloaders: states.filter((state) => state === STATE.leeching).length,
          });
        }
        expect(swarms.peers.count).toBe(model.size);
        expect(swarms.peers.seeds).toBe([...model.values()].filter(({ state }) => state === STATE.seeding).length);
      }
    }),
    { numRuns: 200 },
  );
});

test('an announce draws as many random numbers in a swarm of 100,000 as in one of 1,000', () => {
  let draws = 0;
  const even = createRandom([1, 2, 3, 4]);
  const swarms = createSwarms({
    key: [3, 4],
    limits: { peers: 120_000 },
    random: (bound) => {
      draws += 1;
      return even(bound);
    },
  });
  const drawsAt = (size: number): number => {
    for (let peer = swarms.peers.count; peer < size; peer += 1) {
      swarms.join({ ...change(1, peer), endpoint: endpointOf(peer, false) }, { count: 0, families: 'both' });
    }
    draws = 0;
    const { picked } = swarms.join(
      { ...change(1, 0), endpoint: endpointOf(0, false) },
      { count: 50, families: 'both' },
    );
    expect(picked).toHaveLength(50);
    return draws;
  };
  expect([drawsAt(1_000), drawsAt(100_000)]).toEqual([50, 50]);
});
