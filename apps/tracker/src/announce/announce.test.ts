import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { infohash, peerId, testTracker } from '../../../../tools/bittorrent-in-tests.ts';
import { addressBytes, addressText } from './address.ts';
import { createTracker } from './announce.ts';
import type { AnnounceRequest } from './request.ts';

const home = Uint8Array.of(192, 0, 2, 1);
const request = (changes: Partial<AnnounceRequest> = {}): AnnounceRequest => ({
  passkey: 'key',
  infohash: infohash(1),
  peerId: peerId(1),
  port: 6881,
  event: 'started',
  uploaded: 0,
  downloaded: 0,
  left: 1,
  wanted: undefined,
  ...changes,
});

test('clients come again in each epoch, however short it is: receipts rest on that', () => {
  const { tracker, clock } = testTracker();
  const intervals = (epochSeconds: number) => createTracker({ ...tracker, clock, epochSeconds, limits: {} }).limits;
  expect(intervals(600)).toMatchObject({ interval: 600, minInterval: 600 });
  expect(intervals(3_600)).toMatchObject({ interval: 1_800, minInterval: 900 });
});

describe('the gate', () => {
  const low = { user: () => ({ id: 'low', mayLeech: false }) };

  test.each(['started', 'completed', 'stopped', 'paused', 'update'] as const)(
    'who may not leech is refused at %s while anything is left',
    (event) => {
      const { tracker, announced } = testTracker({ gate: low });
      expect(tracker.announce(request({ event }), home, 'both')).toEqual({
        failure: 'your ratio is too low to download: share what you have first',
      });
      expect(announced).toEqual([]);
    },
  );

  test('who may not leech may seed, and is then given no seeds', () => {
    const { tracker } = testTracker({
      gate: { user: (passkey) => ({ id: passkey ?? '', mayLeech: passkey !== 'low' }) },
    });
    tracker.announce(request({ passkey: 'seed', left: 0 }), Uint8Array.of(192, 0, 2, 2), 'both');
    expect(tracker.announce(request({ passkey: 'low', left: 0 }), home, 'both')).toMatchObject({
      complete: 2,
      picked: [],
    });
  });

  test('whose ratio falls is not found any more', () => {
    let mayLeech = true;
    const { tracker } = testTracker({ gate: { user: () => ({ id: 'a', mayLeech }) } });
    tracker.announce(request(), home, 'both');
    mayLeech = false;
    tracker.announce(request({ event: 'update' }), home, 'both');
    expect(tracker.swarms.peers.count).toBe(0);
  });

  test('strangers are told where to announce, and unknown passkeys where they come from', () => {
    const { tracker } = testTracker({ gate: { user: () => undefined } });
    expect(tracker.announce(request({ passkey: undefined }), home, 'both')).toEqual({
      failure: 'a passkey is missing: announce to /announce/PASSKEY',
    });
    expect(tracker.announce(request(), home, 'both')).toEqual({
      failure: 'unknown passkey: take the announce address of your account',
    });
  });

  test.each([undefined, { allowed: false }])('a torrent that is %j is not tracked', (torrent) => {
    const { tracker } = testTracker({ gate: { torrent: () => torrent } });
    expect(tracker.announce(request(), home, 'both')).toEqual({ failure: 'this torrent is not registered here' });
    expect(tracker.swarms.size()).toBe(0);
  });

  test('is told what was announced, with the epoch', () => {
    const { tracker, announced, pass } = testTracker({ gate: { user: () => ({ id: 'alice', mayLeech: true }) } });
    pass(3_599);
    tracker.announce(request({ uploaded: 5, downloaded: 6, left: 7 }), home, 'both');
    pass(1);
    tracker.announce(request({ event: 'stopped' }), home, 'both');
    expect(announced).toMatchObject([
      { user: 'alice', infohash: infohash(1), peer: peerId(1), event: 'started', uploaded: 5, downloaded: 6, left: 7 },
      { user: 'alice', event: 'stopped' },
    ]);
    expect(announced.map(({ at, epoch }) => [at - 1_767_225_600, epoch - 490_896])).toEqual([
      [3_599, 0],
      [3_600, 1],
    ]);
  });
});

describe('an answer', () => {
  test('numwant is bounded, with a default', () => {
    const { tracker } = testTracker({ limits: { wanted: 3, mostWanted: 5 } });
    for (let peer = 0; peer < 10; peer += 1)
      tracker.announce(request({ peerId: peerId(peer), port: 100 + peer }), home, 'both');
    const given = [undefined, 0, 2, 1e9].map((wanted) => {
      const answer = tracker.announce(request({ peerId: peerId(99), wanted }), home, 'both');
      return 'failure' in answer ? answer.failure : answer.picked.length;
    });
    expect(given).toEqual([3, 0, 2, 5]);
  });

  test('stopped is answered with counts, and the peer is gone', () => {
    const { tracker } = testTracker();
    tracker.announce(request(), home, 'both');
    expect(tracker.announce(request({ event: 'stopped' }), home, 'both')).toMatchObject({ incomplete: 0, picked: [] });
    expect(tracker.swarms.size()).toBe(0);
  });

  test('warns whom it cannot take in', () => {
    const { tracker } = testTracker({ swarms: { peersPerSwarm: 1 } });
    tracker.announce(request(), home, 'both');
    expect(tracker.announce(request({ peerId: peerId(2), port: 2 }), home, 'both')).toMatchObject({
      warning: 'this swarm has all the peers that are kept here: others cannot find you',
    });
  });

  test('BEP 21: a paused download is incomplete, but no downloader', () => {
    const { tracker } = testTracker();
    tracker.announce(request({ event: 'paused' }), home, 'both');
    expect(tracker.swarms.counts(infohash(1))).toMatchObject({ incomplete: 1, downloaders: 0 });
    tracker.announce(request({ event: 'update' }), home, 'both');
    expect(tracker.swarms.counts(infohash(1))).toMatchObject({ incomplete: 1, downloaders: 1 });
  });
});

test.each([
  ['192.0.2.1', 'c0000201'],
  ['::ffff:192.0.2.1', 'c0000201'],
  ['::ffff:c000:201', 'c0000201'],
  ['2001:db8::1', '20010db8000000000000000000000001'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::', '0'.repeat(32)],
  ['0.0.0.0', '00000000'],
  ['255.255.255.255', 'ffffffff'],
  ['192.0.2.256', undefined],
  ['192.0.02.1', undefined],
  ['192.0..1', undefined],
  ['192.0.2.1.', undefined],
  ['192.0.2', undefined],
  ['192.0.2.1:80', undefined],
  ['1::2::3', undefined],
  ['', undefined],
])('the address %s is %s', (text, hex) => {
  const bytes = addressBytes(text);
  expect(bytes && Buffer.from(bytes).toString('hex')).toBe(hex);
});

test('any address comes back as the bytes of its text, however IPv6 is shortened', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(addressText(addressBytes(text) ?? new Uint8Array())).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const bytes = addressBytes(text);
      expect([4, 16]).toContain(bytes?.length);
      if (bytes?.length === 16) {
        // What a URL makes of it is the short form of RFC 5952.
        const short = (address: string): string => new URL(`http://[${address}]`).hostname;
        expect(short(addressText(bytes))).toBe(short(text));
      }
    }),
  );
});

test('any text is an address or none, as it is for Node', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.%]{0,20}$/), fc.ipV4Extended(), fc.ipV6());
  fc.assert(
    fc.property(texts, (text) => {
      expect(addressBytes(text) !== undefined).toBe(isIPv4(text) || isIPv6(text.split('%')[0] ?? ''));
    }),
    { numRuns: 2_000 },
  );
});
