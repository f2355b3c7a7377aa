import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMarks, createRandom, sample } from './sample.ts';

const marks = createMarks(1_000);
const drawn = (random: (bound: number) => number, start: number, end: number, except: number, wanted: number) => {
  const all: number[] = [];
  sample(marks, random, { start, end, except }, wanted, (index) => all.push(index));
  return all;
};

test('draws as many as are wanted, each once, from the range, but never the one that asks', () => {
  const cases = fc.record({
    seed: fc.integer(),
    start: fc.nat(20),
    length: fc.nat(60),
    except: fc.integer({ min: -1, max: 90 }),
    wanted: fc.nat(70),
  });
  fc.assert(
    fc.property(cases, ({ seed, start, length, except, wanted }) => {
      const all = drawn(createRandom([seed, 2, 3, 4]), start, start + length, except, wanted);
      const there = length - (except >= start && except < start + length ? 1 : 0);
      expect(all).toHaveLength(Math.min(wanted, there));
      expect(new Set(all).size).toBe(all.length);
      expect(all).not.toContain(except);
      expect(all.every((index) => index >= start && index < start + length)).toBe(true);
    }),
  );
});

test('each is drawn about as often as any other', () => {
  const random = createRandom([5, 6, 7, 8]);
  const counts = new Array<number>(20).fill(0);
  for (let round = 0; round < 20_000; round += 1) {
    for (const index of drawn(random, 0, 20, 3, 5)) counts[index] = (counts[index] ?? 0) + 1;
  }
  const [except] = counts.splice(3, 1);
  expect(except).toBe(0);
  // 20,000 × 5 / 19 = 5,263, with a standard deviation of 62.
  for (const count of counts) expect(Math.abs(count - 5_263)).toBeLessThan(400);
});
