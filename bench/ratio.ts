/** Work to time: one verification, for example. */
export type Run = () => unknown;

/** A subject that may need fresh state, made outside of the timed part. */
export interface Subject {
  /** Makes what `count` runs consume. */
  readonly prepare?: (count: number) => Promise<void>;
  readonly run: Run;
}

/** How much faster or slower a subject is than its yardstick, in one run. */
export interface Ratio {
  /** Undisturbed time of the yardstick / undisturbed time of the subject: above 1 the subject is faster. */
  readonly ratio: number;
  /** The same from the first and from the second half of the rounds, in order: how far to trust it. */
  readonly low: number;
  readonly high: number;
}

const ROUNDS = 160;
const MICROSECONDS_A_ROUND = 3_000;
/** Other programs only ever make a round slower: the fastest tenth is what the machine can do. */
const UNDISTURBED = 0.1;

/** Times both in turn, in many short rounds, so that neither drift nor load of the machine favours one. */
export async function ratioOf(yardstick: Subject, subject: Subject): Promise<Ratio> {
  const counts = [await countFor(yardstick), await countFor(subject)] as const;
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    a.push(await time(yardstick, counts[0]));
    b.push(await time(subject, counts[1]));
  }
  return ratioOfTimes(a, b);
}

/** The same of times that were taken elsewhere, in turn: of the yardstick's rounds and of the subject's. */
export function ratioOfTimes(a: readonly number[], b: readonly number[]): Ratio {
  const half = a.length / 2;
  const halves = [
    fastest(a.slice(0, half)) / fastest(b.slice(0, half)),
    fastest(a.slice(half)) / fastest(b.slice(half)),
  ];
  return { ratio: fastest(a) / fastest(b), low: Math.min(...halves), high: Math.max(...halves) };
}

async function countFor(subject: Subject): Promise<number> {
  // Until the engine has compiled what it will compile.
  for (let i = 0; i < 10; i += 1) await time(subject, 150);
  return Math.max(1, Math.round(MICROSECONDS_A_ROUND / (await time(subject, 20))));
}

function fastest(times: readonly number[]): number {
  return times.toSorted((x, y) => x - y)[Math.floor(times.length * UNDISTURBED)] ?? Number.NaN;
}

/** Microseconds a run. */
async function time({ prepare, run }: Subject, count: number): Promise<number> {
  await prepare?.(count);
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await run();
  return Number(process.hrtime.bigint() - start) / 1e3 / count;
}
