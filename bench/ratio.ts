/** Work to time: one verification, for example. */
export type Run = () => unknown;

/** How much faster or slower a subject is than its yardstick, in one run. */
export interface Ratio {
  /** Median of time(yardstick) / time(subject): above 1 the subject is faster. */
  readonly ratio: number;
  /** 10th and 90th percentile of the pairs. */
  readonly low: number;
  readonly high: number;
}

/** A subject that may need fresh state, made outside of the timed part. */
export interface Subject {
  /** Makes what `count` runs consume. */
  readonly prepare?: (count: number) => Promise<void>;
  readonly run: Run;
}

const ROUNDS = 31;
const MICROSECONDS_A_ROUND = 8_000;

/** Times both in turn, round by round, so that drift of a busy machine cancels out. */
export async function ratioOf(yardstick: Subject, subject: Subject): Promise<Ratio> {
  const counts = [await countFor(yardstick), await countFor(subject)] as const;
  const pairs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round % 2 === 0;
    const a = first ? await time(yardstick, counts[0]) : 0;
    const b = await time(subject, counts[1]);
    pairs.push((first ? a : await time(yardstick, counts[0])) / b);
  }
  const sorted = pairs.toSorted((x, y) => x - y);
  const at = (quantile: number): number => sorted[Math.floor((sorted.length - 1) * quantile)] ?? Number.NaN;
  return { ratio: at(0.5), low: at(0.1), high: at(0.9) };
}

async function countFor(subject: Subject): Promise<number> {
  await time(subject, 50);
  return Math.max(1, Math.round(MICROSECONDS_A_ROUND / (await time(subject, 20))));
}

/** Microseconds a run. */
async function time({ prepare, run }: Subject, count: number): Promise<number> {
  await prepare?.(count);
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await run();
  return Number(process.hrtime.bigint() - start) / 1e3 / count;
}
