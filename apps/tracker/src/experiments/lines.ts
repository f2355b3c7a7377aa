import { FIGURE, type Figure, figure, figureOf, fixed, INK, label, line, ticksTo } from './figure.ts';

/** A line through points. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A figure of lines. */
export interface Lines {
  readonly title: string;
  readonly subtitle: string;
  readonly xAxis: string;
  readonly yAxis: string;
  /** Where the horizontal axis has numbers. */
  readonly xTicks: readonly number[];
  readonly lines: readonly Line[];
}

const HEIGHT = 440;
const LEFT = 84;
const RIGHT = 32;

/** Lines over a vertical axis that begins at zero. */
export function linesFigure({ title, subtitle, xAxis, yAxis, xTicks, lines }: Lines): Figure {
  const { width, top, bottom } = FIGURE;
  const floor = HEIGHT - bottom;
  const points = lines.flatMap((each) => each.points);
  const yTicks = ticksTo(Math.max(...points.map(({ y }) => y)));
  const [most, first, last] = [yTicks.at(-1) ?? 1, xTicks[0] ?? 0, xTicks.at(-1) ?? 1];
  const x = (value: number): number => LEFT + ((value - first) / (last - first)) * (width - LEFT - RIGHT);
  const y = (value: number): number => floor - (value / most) * (floor - top);
  const grid = [
    ...yTicks.flatMap((tick) => [
      line(LEFT, y(tick), width - RIGHT, y(tick), INK.grid),
      label(figure(tick), LEFT - 10, y(tick) + 5, { anchor: 'end', colour: INK.quiet }),
    ]),
    ...xTicks.flatMap((tick) => [
      line(x(tick), floor, x(tick), floor + 5, INK.axis),
      label(figure(tick), x(tick), floor + 20, { anchor: 'middle', colour: INK.quiet }),
    ]),
  ];
  const drawn = lines.flatMap(({ colour, points: through }) => [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${through.map((point) => `${fixed(x(point.x))},${fixed(y(point.y))}`).join(' ')}"/>`,
    ...through.map((point) => `<circle cx="${fixed(x(point.x))}" cy="${fixed(y(point.y))}" r="3.5" fill="${colour}"/>`),
  ]);
  const axes = [
    line(LEFT, top, LEFT, floor, INK.axis),
    line(LEFT, floor, width - RIGHT, floor, INK.axis),
    label(xAxis, (LEFT + width - RIGHT) / 2, HEIGHT - 12, { anchor: 'middle', colour: INK.quiet }),
    `<g transform="translate(22 ${fixed((top + floor) / 2)}) rotate(-90)">${label(yAxis, 0, 0, { anchor: 'middle', colour: INK.quiet })}</g>`,
  ];
  return figureOf({ title, subtitle, height: HEIGHT, legend: lines }, [...grid, ...drawn, ...axes]);
}
