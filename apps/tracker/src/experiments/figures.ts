import { type Bar, barsFigure } from './bars.ts';
import { COLOURS, type Figure } from './figure.ts';
import { linesFigure } from './lines.ts';
import { type Experiment, type Measurement, summaryOf, type Throughput } from './measurement.ts';
import { BATCHES } from './receipts.ts';
import type { Experiments } from './run.ts';

const [BLUE, ORANGE, GREEN, PINK] = COLOURS;
const TEES = [
  { tee: 'none', name: 'no TEE', colour: BLUE },
  { tee: 'simulated', name: 'SIMULATED TEE: says nothing of the speed of hardware', colour: ORANGE },
] as const;
const HOW = 'Bars: median. Whiskers: up to the 95th percentile.';
const MS = 'milliseconds';

/** The figures of a run, by name of file without ending. */
export function figuresOf({ measurements, throughput }: Experiments): Readonly<Record<string, Figure>> {
  const of = (experiment: Experiment) => measurements.filter((one) => one.experiment === experiment);
  const bars = (title: string, how: string, chosen: readonly Measurement[], axis = MS): Figure => {
    const tees = new Set(chosen.map(({ tee }) => tee));
    const legend = TEES.filter(({ tee }) => tees.has(tee));
    return barsFigure({ title, subtitle: `${HOW} ${how}`, axis, bars: chosen.map(barOf), legend });
  };
  const receipts = of('receipts');
  return {
    keys: bars('Making a BLS key pair', 'In the tracker’s own code, without HTTP.', of('keys')),
    attestation: bars('Quotes: making and verifying one', 'Endorsements are cached.', of('attestation')),
    registration: bars('Registering a user, from the first call to the last', 'Over HTTP.', of('registration')),
    receipts: bars(
      'Receipts, one by one',
      'Without HTTP and ledger.',
      receipts.filter(({ per }) => per === 1),
    ),
    'receipts-together': togetherFigure(receipts),
    reports: bars('Reporting receipts', 'Over HTTP, ledger included.', of('reports'), 'milliseconds for each receipt'),
    announces: bars('Announcing: how long an answer takes', 'Over HTTP, 16 connections at once.', of('announces')),
    'announces-over-time': throughputFigure(throughput),
  };
}

function barOf(measurement: Measurement): Bar {
  const { median, p95, n } = summaryOf(measurement);
  const colour = TEES.find(({ tee }) => tee === measurement.tee)?.colour ?? BLUE;
  return { name: measurement.variant, median, p95, n, colour };
}

function togetherFigure(receipts: readonly Measurement[]): Figure {
  const median = (matches: (variant: string) => boolean): number => {
    const found = receipts.find(({ variant }) => matches(variant));
    return found === undefined ? 0 : summaryOf(found).median;
  };
  const each = (kind: string) =>
    BATCHES.map((count) => ({ x: count, y: median((variant) => variant.startsWith(`verify, ${kind} of ${count} `)) }));
  const same = (kind: string) => {
    const y = median((variant) => variant === kind);
    return BATCHES.map((x) => ({ x, y }));
  };
  return linesFigure({
    title: 'Verifying receipts together',
    subtitle: 'Medians. No TEE takes part. Without HTTP and ledger.',
    xAxis: 'receipts that are verified together',
    yAxis: 'milliseconds for each receipt',
    xTicks: BATCHES,
    lines: [
      { name: 'BLS, one by one', colour: BLUE, points: same('verify, one by one (BLS)') },
      { name: 'BLS, batch of signatures', colour: ORANGE, points: each('batch') },
      { name: 'BLS, one aggregate', colour: GREEN, points: each('aggregate') },
      { name: 'Ed25519 session key', colour: PINK, points: same('verify, session key (Ed25519)') },
    ],
  });
}

function throughputFigure(throughput: readonly Throughput[]): Figure {
  const colours = [BLUE, ORANGE];
  const [{ seconds, counts, connections } = { seconds: 1, counts: [], connections: 0 }] = throughput;
  const end = seconds * counts.length;
  return linesFigure({
    title: 'Announces over time',
    subtitle: `${connections} connections at once; tracker and clients share one process. No TEE takes part.`,
    xAxis: 'seconds since the start',
    yAxis: 'answers in a second',
    xTicks: [0, 1, 2, 3, 4, 5].map((tick) => Number(((tick * end) / 5).toPrecision(3))),
    lines: throughput.map((each, index) => ({
      name: each.variant,
      colour: colours[index % 2] ?? BLUE,
      points: each.counts.map((count, at) => ({ x: (at + 0.5) * each.seconds, y: count / each.seconds })),
    })),
  });
}
