import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const COMMAND = join(import.meta.dirname, '../apps/cli/bin/assay.js');

/** `assay` in a process of its own, that runs until it is told to stop. */
export interface LongProcess extends AsyncDisposable {
  /** The next line of standard output; rejects when there is none. */
  readonly line: () => Promise<string>;
  /** Interrupts it, and resolves to its exit code. */
  readonly stop: () => Promise<number | null>;
}

/** Starts the built command. */
export function startAssay(args: readonly string[]): LongProcess {
  const child: ChildProcess = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr?.on('data', (part) => errors.push(String(part)));
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('expected a pipe');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  };
  return {
    stop,
    async line() {
      const { value, done } = await lines.next();
      if (done !== true) return value;
      throw new Error(`assay ${args.join(' ')} ended: ${errors.join('')}`);
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
