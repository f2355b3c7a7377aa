import { printable } from './style.ts';

/** One line of a two-column table: `paint` colours the value after it was wrapped. */
export interface Row {
  readonly label: string;
  readonly value: string;
  readonly paint?: ((text: string) => string) | undefined;
  /** How far further lines of the value are indented. Default 0. */
  readonly hang?: number;
}

/** Where text goes on a line, in characters. */
export interface Frame {
  readonly indent: number;
  readonly columns: number;
  /** Width of the labels. Default: that of the longest. */
  readonly labels?: number;
}

/** The narrowest column that text is wrapped into; a narrower terminal scrolls. */
const MIN_COLUMN = 24;

/** Lines of at most `width` characters, all but the first indented by `hang`. Longer words (hexadecimal) are broken. */
export function wrap(text: string, width: number, hang = 0): readonly string[] {
  const words = printable(text)
    .split(' ')
    .flatMap((word) => pieces(word, width - hang));
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const separator = line === '' ? '' : ' ';
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${' '.repeat(hang)}${word}`;
    } else {
      line = `${line}${separator}${word}`;
    }
  }
  return [...lines, line];
}

/** Rows with their values aligned, each line ended by a line feed. */
export function rows(table: readonly Row[], frame: Frame, dim: (text: string) => string): string {
  const { indent, columns, labels = labelWidth(table) } = frame;
  const width = Math.max(MIN_COLUMN, columns - indent - labels - 2);
  return table
    .flatMap(({ label, value, paint = (text) => text, hang = 0 }) =>
      wrap(value, width, hang).map((line, index) => {
        const head = index === 0 ? dim(label.padEnd(labels)) : ' '.repeat(labels);
        return `${' '.repeat(indent)}${head}  ${paint(line)}\n`;
      }),
    )
    .join('');
}

/** Width of the longest label. */
export function labelWidth(table: readonly Row[]): number {
  return Math.max(0, ...table.map(({ label }) => label.length));
}

/** A paragraph, each line indented. */
export function paragraph(text: string, { indent, columns }: Frame): string {
  const lines = wrap(text, Math.max(MIN_COLUMN, columns - indent));
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}

/** The length at which hexadecimal is broken: 32 bytes. */
const HEX_LINE = 64;

/** Hexadecimal is broken at places where people can count: after 32 bytes, or after a multiple of 8. */
function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  const most = Math.min(width, HEX_LINE);
  const size = most - (most % (most < 16 ? 2 : 16));
  return Array.from({ length: Math.ceil(word.length / size) }, (_, index) =>
    word.slice(index * size, (index + 1) * size),
  );
}
