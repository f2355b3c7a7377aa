import { describe, expect, test } from 'vitest';
import { barsFigure } from './bars.ts';
import { figure, ticksTo } from './figure.ts';
import { linesFigure } from './lines.ts';

describe('an axis', () => {
  test.each([
    [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.0314, [0, 0.01, 0.02, 0.03, 0.04]],
    [4_900, [0, 1_000, 2_000, 3_000, 4_000, 5_000]],
  ])('up to %f has round steps from zero', (most, ticks) => {
    expect(ticksTo(most)).toEqual(ticks);
  });

  test.each([
    [0.00123456, '0.00123'],
    [12.345, '12.3'],
    [1_234.5, '1,235'],
  ])('writes %f as %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

describe('figures', () => {
  const legend = [{ name: 'SIMULATED', colour: '#000000' }];

  test('of bars have each name and number, a legend, and the unit', () => {
    const bar = { name: 'a <b> & c', median: 1.5, p95: 2, n: 7, colour: '#000000' };
    const { svg } = barsFigure({ title: 'T', subtitle: 'S', axis: 'milliseconds', bars: [bar], legend });
    for (const text of [
      'a &lt;b&gt; &amp; c',
      '1.5  (p95 2, n 7)',
      '>milliseconds<',
      '>SIMULATED<',
      '<title>T</title>',
    ]) {
      expect(svg).toContain(text);
    }
    expect(svg).not.toContain('NaN');
  });

  test('of lines have a point for each value, and both axes', () => {
    const points = [
      { x: 1, y: 2 },
      { x: 3, y: 0 },
    ];
    const drawn = { title: 'T', subtitle: 'S', xAxis: 'seconds', yAxis: 'answers', xTicks: [1, 3] };
    const { svg } = linesFigure({ ...drawn, lines: [{ name: 'L', colour: '#000000', points }] });
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).toContain('>seconds<');
    expect(svg).toContain('>answers<');
    expect(svg).not.toContain('NaN');
  });
});
