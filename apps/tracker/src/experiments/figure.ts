/** A figure as SVG text, and its size in pixels. */
export interface Figure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What stands around every figure. */
export interface Frame {
  readonly title: string;
  /** How it was measured. */
  readonly subtitle: string;
  readonly height: number;
  readonly legend: readonly { readonly name: string; readonly colour: string }[];
}

/** Where a plot may draw inside its figure. */
export const FIGURE = { width: 860, top: 96, bottom: 56 } as const;

/** Colours that the colour-blind tell apart, too (Okabe and Ito). */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'] as const;
/** Text, lines of axes, lines behind the data. */
export const INK = { text: '#1b1f24', quiet: '#57606a', axis: '#8c959f', grid: '#e4e8ec' } as const;

/** Puts title, legend and a white ground around what a plot draws. */
export function figureOf({ title, subtitle, height, legend }: Frame, drawn: readonly string[]): Figure {
  const { width } = FIGURE;
  const entries = legend.map(({ name, colour }, index) => {
    const x = 24 + legend.slice(0, index).reduce((sum, before) => sum + before.name.length * 7 + 44, 0);
    return `<rect x="${x}" y="68" width="14" height="14" rx="2" fill="${colour}"/>${label(name, x + 20, 80)}`;
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="24" y="32" font-size="18" font-weight="bold" fill="${INK.text}">${escaped(title)}</text>`,
    label(subtitle, 24, 54, { colour: INK.quiet }),
    ...entries,
    ...drawn,
    '</svg>',
  ].join('\n');
  return { svg: `${svg}\n`, width, height };
}

/** A line of text; `anchor` says which part of it is at x. */
export function label(
  text: string,
  x: number,
  y: number,
  {
    anchor = 'start',
    colour = INK.text,
  }: { readonly anchor?: 'start' | 'middle' | 'end'; readonly colour?: string } = {},
): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" fill="${colour}">${escaped(text)}</text>`;
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string {
  return `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" stroke="${colour}" stroke-width="${width}"/>`;
}

/** A coordinate, short. */
export function fixed(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}

/** A number with three digits that count, without an exponent. */
export function figure(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return `${Number(value.toPrecision(3))}`;
}

/** Round steps from 0 up to the largest value, or just beyond it. */
export function ticksTo(most: number): readonly number[] {
  const rough = Math.max(most, Number.MIN_VALUE) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
