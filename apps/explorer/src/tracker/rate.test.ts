import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pauseAfter } from './polling.ts';
import { ratesOf, type Sample, WINDOW_MS, withSample } from './rate.ts';

const sample = (seconds: number, count: number, since = 1): Sample => ({ at: seconds * 1000, count, since });

describe('rates', () => {
  test('are what came between two counts, by the seconds between them', () => {
    expect(ratesOf([sample(0, 10), sample(4, 30), sample(5, 30)])).toEqual([
      { at: 4_000, perSecond: 5 },
      { at: 5_000, perSecond: 0 },
    ]);
  });

  test('need two counts', () => {
    expect([ratesOf([]), ratesOf([sample(0, 10)])]).toEqual([[], []]);
  });

  test('are not known across a restart, be the new count lower or higher', () => {
    const rates = ratesOf([sample(0, 10), sample(1, 3, 2), sample(2, 20, 3), sample(3, 15, 3)]);
    expect(rates.map(({ perSecond }) => perSecond)).toEqual([undefined, undefined, undefined]);
  });
});

test('samples are kept for some minutes, in order, and within a number', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -5, max: 200_000 }), fc.nat()), { maxLength: 400 });
  fc.assert(
    fc.property(steps, (given) => {
      let kept: readonly Sample[] = [];
      let at = 0;
      for (const [later, count] of given) {
        at += later;
        kept = withSample(kept, { at, count, since: 1 });
        expect(kept.at(-1)).toEqual({ at, count, since: 1 });
        expect(kept.every((one, index) => one.at > at - WINDOW_MS - 1 && one.at > (kept[index - 1]?.at ?? -1e9))).toBe(
          true,
        );
        for (const { perSecond } of ratesOf(kept)) expect(perSecond ?? 0).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 50 },
  );
  const many = Array.from({ length: 1_000 }, (_, at) => ({ at, count: at, since: 1 }));
  expect(many.reduce<readonly Sample[]>(withSample, [])).toHaveLength(300);
});

test('a tracker that does not answer is asked more and more seldom, up to a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 50, 5_000].map(pauseAfter)).toEqual([
    3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 60_000,
  ]);
});
