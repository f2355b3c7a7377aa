import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenBuckets, peerOf } from './rate-limit.ts';

test('no more peers are remembered than the limit says; the one silent longest is forgotten', () => {
  const buckets = createTokenBuckets({ burst: 1, perSecond: 1, peers: 2 }, () => new Date(0));
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map((peer) => buckets.take(peer))).toEqual([0, 0, 1, 0, 1, 0]);
  expect(buckets.size).toBe(2);
});

test('a peer never gets more than its burst and what time gave, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 100 }), (steps) => {
      let now = 1_000_000;
      let forward = 0;
      const buckets = createTokenBuckets({ burst: 3, perSecond: 2, peers: 1 }, () => new Date(now));
      const taken = steps.filter((step) => {
        now += step;
        forward += Math.max(0, step);
        return buckets.take('peer') === 0;
      }).length;
      expect(taken).toBeLessThanOrEqual(3 + (forward / 1_000) * 2);
    }),
  );
});

test.each([
  [undefined, 'local'],
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the address %s stands for %s', (address, peer) => {
  expect(peerOf(address)).toBe(peer);
});
