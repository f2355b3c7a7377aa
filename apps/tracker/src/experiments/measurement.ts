/** What is measured. */
export type Experiment = 'keys' | 'attestation' | 'registration' | 'receipts' | 'reports' | 'announces';

/** Times of one kind of work, in milliseconds. */
export interface Measurement {
  readonly experiment: Experiment;
  readonly variant: string;
  /** Whether a TEE took part, and of what kind: a simulated one says nothing of the speed of hardware. */
  readonly tee: 'none' | 'simulated';
  /** How many things each time is for: the receipts of a batch. */
  readonly per: number;
  readonly samples: readonly number[];
}

/** What is told of a measurement, in milliseconds for one thing. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p95: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Counts of a run, second by second. */
export interface Throughput {
  readonly variant: string;
  readonly connections: number;
  /** Length of each interval, in seconds. */
  readonly seconds: number;
  /** Answered requests of each whole interval. */
  readonly counts: readonly number[];
}

/** Median and the like; nearest rank, so that each is a time that was measured. Throws for no samples. */
export function summaryOf({ samples, per }: Pick<Measurement, 'samples' | 'per'>): Summary {
  const sorted = Float64Array.from(samples, (sample) => sample / per).sort();
  const n = sorted.length;
  if (n === 0) throw new RangeError('expected a sample');
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * n) - 1)] ?? 0;
  const mean = sorted.reduce((sum, sample) => sum + sample, 0) / n;
  return { n, median: rank(0.5), p95: rank(0.95), mean, min: rank(0), max: rank(1) };
}

/** Runs work again and again. */
export type Sampler = (
  about: Pick<Measurement, 'experiment' | 'variant' | 'tee'> & { readonly per?: number; readonly times: number },
  work: Timed,
) => Promise<Measurement>;

/** One round of work: what comes before and after `time` is not counted. */
export type Timed = (index: number, time: <T>(work: () => T | Promise<T>) => Promise<T>) => Promise<void>;

/** A sampler that tells how far it is. The first rounds, one in twenty, warm up and are not counted. */
export function createSampler(elapsed: () => number, progress: (line: string) => void): Sampler {
  return async ({ times, per = 1, ...about }, work) => {
    const samples: number[] = [];
    const warm = Math.ceil(times / 20);
    const step = Math.max(1, Math.ceil(times / 4));
    for (let index = 0; index < warm + times; index += 1) {
      await work(index, async (timed) => {
        const start = elapsed();
        const result = await timed();
        if (index >= warm) samples.push(elapsed() - start);
        return result;
      });
      const done = index + 1 - warm;
      if (done > 0 && (done % step === 0 || done === times)) {
        progress(`${about.experiment}: ${about.variant}: ${done} of ${times}`);
      }
    }
    return { ...about, per, samples };
  };
}
