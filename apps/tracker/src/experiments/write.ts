import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import { figuresOf } from './figures.ts';
import { summaryOf } from './measurement.ts';
import type { Experiments } from './run.ts';

/** What a run was made with; it stands in its files. */
export interface RunFacts {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly iterations: number;
  readonly durationSeconds: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly platform: string };
}

/** What was written. */
export interface Written {
  /** Names of files. */
  readonly files: readonly string[];
  /** Why there are no PNG files; undefined where there are. */
  readonly withoutPng: string | undefined;
}

/** Turns figures into PNG files. */
export interface PngWriter {
  readonly write: (figure: Figure, path: string) => Promise<void>;
}

const NOTE =
  'The TEE is SIMULATED: its figures say what the software around it costs, nothing of the speed of hardware. Tracker and clients share one process.';

/** Writes `results.json`, `summary.csv`, `announces.csv`, and each figure as SVG and PNG, into a folder that is made. */
export async function writeExperiments(
  folder: string,
  facts: RunFacts,
  experiments: Experiments,
  png: PngWriter | undefined,
): Promise<Written> {
  await mkdir(folder, { recursive: true });
  const figures = figuresOf(experiments);
  const files = new Map([
    ['results.json', resultsText(facts, experiments)],
    ['summary.csv', summaryCsv(experiments)],
    ['announces.csv', announcesCsv(experiments)],
    ...Object.entries(figures).map(([name, { svg }]) => [`${name}.svg`, svg] as const),
  ]);
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  const names = [...files.keys()];
  if (png === undefined) return { files: names, withoutPng: 'no Chromium here to draw them' };
  for (const [name, figure] of Object.entries(figures)) await png.write(figure, join(folder, `${name}.png`));
  return { files: [...names, ...Object.keys(figures).map((name) => `${name}.png`)], withoutPng: undefined };
}

function resultsText(facts: RunFacts, { measurements, throughput }: Experiments): string {
  const document = {
    schema: 'assay.tracker-experiments/1',
    note: NOTE,
    ...facts,
    unit: 'milliseconds for each item',
    measurements: measurements.map((one) => {
      const { experiment, variant, tee, per } = one;
      return { experiment, variant, tee, per, ...rounded(summaryOf(one)) };
    }),
    throughput: throughput.map((each) => ({ ...each, tee: 'none' })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function summaryCsv({ measurements }: Experiments): string {
  const head = 'experiment,variant,tee,items_per_sample,n,median_ms,p95_ms,mean_ms,min_ms,max_ms';
  const rows = measurements.map((one) => {
    const { experiment, variant, tee, per } = one;
    const { n, median, p95, mean, min, max } = rounded(summaryOf(one));
    return [experiment, `"${variant}"`, tee, per, n, median, p95, mean, min, max].join(',');
  });
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

function announcesCsv({ throughput }: Experiments): string {
  const rows = throughput.flatMap(({ variant, connections, seconds, counts }) =>
    counts.map((count, at) =>
      [`"${variant}"`, 'none', connections, short(at * seconds), short(seconds), count].join(','),
    ),
  );
  return `${['variant,tee,connections,from_s,length_s,answers', ...rows].join('\r\n')}\r\n`;
}

function rounded<T extends object>(summary: T): Readonly<Record<keyof T, number>> {
  const entries = Object.entries(summary).map(([name, value]) => [name, short(Number(value))]);
  return Object.fromEntries(entries);
}

/** Nanoseconds are enough. */
function short(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
