import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startSimulation } from '../../../../tools/simulation-in-process.ts';

describe('the keys of a simulation', () => {
  /** The keys of a world's roots. */
  const rootsOf = async (world: string, seed?: string): Promise<readonly unknown[]> => {
    await using simulation = await startSimulation(world, seed === undefined ? {} : { seed });
    const { document } = simulation;
    expect(document.seeded).toBe(seed !== undefined);
    const folder = join(document.directory, 'roots');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.pem')).sort((a, b) => a.localeCompare(b));
    const roots = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return roots.map((root) => new X509Certificate(root).publicKey.export({ format: 'jwk' }));
  };

  test.each(['dstack', 'google'])('of %s come again from the same seed, and are random without', async (world) => {
    const one = await rootsOf(world, 'a');
    expect(await rootsOf(world, 'a')).toEqual(one);
    for (const others of [await rootsOf(world, 'b'), await rootsOf(world)]) {
      for (const [index, root] of one.entries()) expect(others[index]).not.toEqual(root);
    }
  });

  test('that come from a seed are named so', async () => {
    await using simulation = await startSimulation('dstack', { seed: 'a', json: false });
    expect(simulation.text).toMatch(/^! SIMULATED SEEDED {2}/);
    expect(simulation.text).toContain('no secret');
  });
});
