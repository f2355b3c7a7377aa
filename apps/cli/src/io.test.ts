import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';

/** The command in a process of its own, from its sources. */
const command = (...args: readonly string[]): readonly string[] => [
  '--conditions=@assay/source',
  join(import.meta.dirname, 'main.ts'),
  ...args,
];
const doctor = command('doctor', '--from', 'gramine', '--json');
const env = { ...process.env, ASSAY_GRAMINE_PATH: '/no/such/folder' };

test('a fault that nobody catches is not taken for a verdict: 2', async () => {
  const fault = `const timer = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return;
    clearInterval(timer);
    throw new Error('boom');
  }, 1);`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(fault)}`, ...command('inspect', '-')];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect([code, said]).toEqual([2, expect.stringMatching(/^assay: Error: boom\n/)]);
});

describe('an answer', () => {
  test.skipIf(!existsSync('/dev/full'))('that is lost on a full disk is not taken for a verdict: 2', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, doctor, { env, stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const [said, [code]] = await Promise.all([child.stderr === null ? '' : text(child.stderr), once(child, 'exit')]);
    expect([code, said]).toEqual([2, 'assay: standard output: ENOSPC\n']);
  });

  test('that nobody reads any more keeps its exit code', async () => {
    const child = spawn(process.execPath, doctor, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([code, said]).toEqual([1, '']);
  });
});
