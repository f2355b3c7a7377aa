import type { Ratio } from './ratio.ts';

/** One figure: a subject beside its yardstick. */
export interface Row extends Ratio {
  readonly sample: string;
  readonly what: string;
  readonly against: string;
  /** The ratio that is wanted at least. */
  readonly goal: number;
}

/** Says on standard error what is being timed: a run takes a while. */
export function announce(sample: string, what: string, against: string): void {
  process.stderr.write(`${sample} ${what} against ${against} …\n`);
}

/** A figure for readers. */
export function rowText({ sample, what, against, ratio, low, high, goal }: Row): string {
  return [
    sample.padEnd(7),
    what.padEnd(14),
    against.padEnd(34),
    `${ratio.toFixed(2)}×`.padStart(7),
    `(${low.toFixed(2)} – ${high.toFixed(2)})`.padEnd(16),
    `goal ${Number(goal.toFixed(2))}×`,
    ratio >= goal ? 'met' : 'MISSED',
  ].join(' ');
}
