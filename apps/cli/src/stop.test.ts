import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SimulationDocument } from '../../../tools/simulation-in-process.ts';

/** The command in a process of its own, from its sources; what it prints until its document is whole. */
async function start(
  ...args: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly said: () => string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const all = ['--conditions=@assay/source', main, ...args, '--json'];
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
  while (!text.endsWith('\n}\n')) await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  return { child, said: () => text };
}

const simulate = (...args: readonly string[]) => start('simulate', ...args, '--ports', '0', '--beside-hardware');

const mounts = async (): Promise<string> => readFile('/proc/self/mounts', 'utf8');

describe.skipIf(process.platform !== 'linux')('a process that simulates', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends at %s with 0: nothing is mounted, no file is left',
    async (signal) => {
      const { child, said } = await simulate('tsm');
      const { directory, absent } = JSON.parse(said()) as SimulationDocument;
      expect((await mounts()).includes(`${directory}/tsm`)).toBe(absent.length === 0);
      const exit = once(child, 'exit');
      child.kill(signal);
      expect(await exit).toEqual([0, null]);
      expect((await mounts()).includes(directory)).toBe(false);
      expect(existsSync(directory)).toBe(false);
    },
  );

  test('ends as well when a second signal comes at once, as npm passes them on', async () => {
    const { child, said } = await simulate('tsm');
    const { directory } = JSON.parse(said()) as SimulationDocument;
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect([existsSync(directory), (await mounts()).includes(directory)]).toEqual([false, false]);
  });

  test('that was killed leaves its folder to the next one, whatever was mounted there', async () => {
    const killed = await simulate('tsm');
    const { directory, absent } = JSON.parse(killed.said()) as SimulationDocument;
    const gone = once(killed.child, 'exit');
    killed.child.kill('SIGKILL');
    await gone;
    const { child, said } = await simulate('tsm', '--directory', directory);
    expect(JSON.parse(said())).toMatchObject({ directory, absent });
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect((await mounts()).includes(directory)).toBe(false);
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  test('prints one document, and no more when it ends', async () => {
    const { child, said } = await simulate('dstack');
    const before = said();
    const exit = once(child, 'close');
    child.kill('SIGTERM');
    await exit;
    expect(said()).toBe(before);
  });
});

describe.skipIf(process.platform !== 'linux')('a process that serves', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends at %s with 0', async (signal) => {
    const { child } = await start('serve', '--host', '127.0.0.1', '--port', '0');
    const exit = once(child, 'exit');
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
  });
});
