import { FIGURE, type Figure, figure, figureOf, fixed, INK, label, line, ticksTo } from './figure.ts';

/** A bar: the median, with a whisker up to the 95th percentile. */
export interface Bar {
  readonly name: string;
  readonly median: number;
  readonly p95: number;
  readonly n: number;
  readonly colour: string;
}

/** A figure of bars. */
export interface Bars {
  readonly title: string;
  readonly subtitle: string;
  /** What the axis counts, with its unit. */
  readonly axis: string;
  readonly bars: readonly Bar[];
  readonly legend: readonly { readonly name: string; readonly colour: string }[];
}

const ROW = 52;
const RIGHT = 190;

/** Bars that lie, each under its name, from zero. */
export function barsFigure({ title, subtitle, axis, bars, legend }: Bars): Figure {
  const { width, top, bottom } = FIGURE;
  const height = top + bars.length * ROW + bottom;
  const ticks = ticksTo(Math.max(...bars.map(({ p95 }) => p95)));
  const most = ticks.at(-1) ?? 1;
  const x = (value: number): number => 24 + (value / most) * (width - 24 - RIGHT);
  const floor = height - bottom;
  const grid = ticks.flatMap((tick) => [
    line(x(tick), top, x(tick), floor, INK.grid),
    label(figure(tick), x(tick), floor + 18, { anchor: 'middle', colour: INK.quiet }),
  ]);
  const rows = bars.flatMap(({ name, median, p95, n, colour }, index) => {
    const y = top + index * ROW;
    const middle = y + 35;
    const end = Math.max(x(median), x(p95));
    return [
      label(name, 28, y + 18),
      `<rect x="24" y="${y + 25}" width="${fixed(Math.max(1, x(median) - 24))}" height="20" fill="${colour}"/>`,
      line(x(median), middle, x(p95), middle, INK.text, 1.5),
      line(x(p95), middle - 6, x(p95), middle + 6, INK.text, 1.5),
      label(`${figure(median)}  (p95 ${figure(p95)}, n ${figure(n)})`, end + 8, middle + 5, { colour: INK.quiet }),
    ];
  });
  const axes = [
    line(24, top, 24, floor, INK.axis),
    line(24, floor, width - RIGHT, floor, INK.axis),
    label(axis, (24 + width - RIGHT) / 2, height - 12, { anchor: 'middle', colour: INK.quiet }),
  ];
  return figureOf({ title, subtitle, height, legend }, [...grid, ...rows, ...axes]);
}
