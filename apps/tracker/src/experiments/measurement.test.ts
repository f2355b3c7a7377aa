import { describe, expect, test } from 'vitest';
import { createSampler, summaryOf } from './measurement.ts';

describe('a summary', () => {
  test('has times that were measured, of one item each', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 10 * (100 - index));
    expect(summaryOf({ samples, per: 10 })).toEqual({ n: 100, median: 50, p95: 95, mean: 50.5, min: 1, max: 100 });
  });

  test('of one sample is that sample', () => {
    expect(summaryOf({ samples: [3], per: 1 })).toEqual({ n: 1, median: 3, p95: 3, mean: 3, min: 3, max: 3 });
  });

  test('needs a sample', () => {
    expect(() => summaryOf({ samples: [], per: 1 })).toThrow('expected a sample');
  });
});

describe('a sampler', () => {
  test('counts what is timed, without the rounds that warm up, and says how far it is', async () => {
    let now = 0;
    const lines: string[] = [];
    const sample = createSampler(
      () => now,
      (line) => lines.push(line),
    );
    const about = { experiment: 'keys', variant: 'x', tee: 'none', times: 40 } as const;
    const rounds: number[] = [];
    const measurement = await sample(about, async (index, time) => {
      now += 1_000;
      await time(() => {
        now += index;
      });
      rounds.push(index);
    });
    expect(rounds).toHaveLength(42);
    expect(measurement).toMatchObject({ experiment: 'keys', variant: 'x', tee: 'none', per: 1 });
    expect(measurement.samples).toEqual(Array.from({ length: 40 }, (_, index) => index + 2));
    expect(lines).toEqual([10, 20, 30, 40].map((done) => `keys: x: ${done} of 40`));
  });

  test('passes on what fails: the run is void then', async () => {
    const sample = createSampler(
      () => 0,
      () => undefined,
    );
    const about = { experiment: 'keys', variant: 'x', tee: 'none', times: 3 } as const;
    await expect(sample(about, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
