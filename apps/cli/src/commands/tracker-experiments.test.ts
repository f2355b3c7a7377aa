import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { chromiumPath } from '../../../../tools/chromium.ts';
import { makeFolder } from '../../../../tools/demo-folder.ts';

const FIGURES = [
  'announces',
  'announces-over-time',
  'attestation',
  'keys',
  'receipts',
  'receipts-together',
  'registration',
  'reports',
];

describe('assay tracker experiments', () => {
  test('measures keys, quotes, registrations, receipts and announces, and stamps what is simulated', async () => {
    await using folder = await makeFolder();
    const output = folder.path('results');
    const args = ['tracker', 'experiments', '--iterations', '2', '--duration', '1', '-o', output, '--no-png', '--json'];
    const answer = await assayHere(args);
    expect(answer.log).toContain('assay: registration: keygen-tee, generate-attestation, register: 2 of 2\n');
    expect(answer.exit).toBe(0);
    const svg = FIGURES.map((name) => `${name}.svg`);
    expect((await readdir(output)).sort()).toEqual(['announces.csv', ...svg, 'results.json', 'summary.csv'].sort());
    expect(JSON.parse(answer.output)).toMatchObject({ folder: output, withoutPng: 'as --no-png asks for' });

    const results = JSON.parse(await readFile(folder.path('results/results.json'), 'utf8')) as {
      readonly schema: string;
      readonly note: string;
      readonly measurements: readonly Readonly<Record<string, unknown>>[];
      readonly throughput: readonly { readonly counts: readonly number[] }[];
    };
    expect(results).toMatchObject({ schema: 'assay.tracker-experiments/1', iterations: 2, durationSeconds: 1 });
    expect(results.note).toContain('SIMULATED');
    const counted = (experiment: string) =>
      results.measurements.filter((one) => one.experiment === experiment).map(({ tee, n }) => [tee, n]);
    expect(counted('keys')).toEqual([
      ['none', 2],
      ['simulated', 2],
    ]);
    expect(counted('attestation')).toEqual([
      ['simulated', 2],
      ['simulated', 2],
    ]);
    expect(counted('registration')).toEqual([
      ['none', 2],
      ['simulated', 2],
    ]);
    expect(counted('receipts')).toHaveLength(12);
    expect(counted('reports')).toEqual([
      ['none', 2],
      ['none', 1],
      ['none', 1],
    ]);
    expect(results.throughput.map(({ counts }) => counts.length)).toEqual([20, 20]);

    const [head = '', ...rows] = (await readFile(folder.path('results/summary.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(head.split(',').slice(0, 7)).toEqual([
      'experiment',
      'variant',
      'tee',
      'items_per_sample',
      'n',
      'median_ms',
      'p95_ms',
    ]);
    expect(rows).toHaveLength(results.measurements.length);
    expect(await readFile(folder.path('results/registration.svg'), 'utf8')).toContain('SIMULATED TEE');
  });

  test.skipIf(chromiumPath === undefined)('draws PNG files with Chromium', async () => {
    await using folder = await makeFolder();
    const output = folder.path('results');
    const args = ['tracker', 'experiments', '--iterations', '1', '--duration', '1', '-o', output];
    const answer = await assayHere(args, { env: { CHROMIUM: chromiumPath } });
    expect(answer).toMatchObject({ exit: 0 });
    for (const name of FIGURES) {
      const png = await readFile(folder.path(`results/${name}.png`));
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      // Twice the size that the SVG has.
      expect(png.readUInt32BE(16)).toBe(2 * 860);
    }
  });

  test.each([
    ['--iterations', '0'],
    ['--duration', 'x'],
  ])('refuses %s %s', async (option, value) => {
    const answer = await assayHere(['tracker', 'experiments', option, value]);
    expect(answer).toMatchObject({ exit: 2, log: expect.stringContaining(option) });
  });
});
