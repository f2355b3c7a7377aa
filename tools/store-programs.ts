import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseOptions, ObjectsOptions } from '@assay/store';

/** A program of `tools/store-programs` in a process of its own, which tests may kill. */
export interface RunningProgram {
  /** `exit 0`, or `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** Lines that it has written. */
  readonly lines: () => readonly string[];
  /** Resolves as soon as the lines are as wanted. */
  readonly line: (wanted: (lines: readonly string[]) => boolean) => Promise<void>;
  readonly kill: () => void;
  /** Lets it go on from where it waits for its input. */
  readonly release: () => void;
}

/** A program that takes longer hangs. */
const TIMEOUT_MS = 60_000;

async function endOf(
  child: ChildProcess,
  output: AsyncIterable<string>,
  onLine: (line: string) => void,
): Promise<string> {
  const exited = once(child, 'exit');
  for await (const line of output) onLine(line);
  const [code, signal] = await exited;
  return signal === null ? `exit ${code}` : `signal ${signal}`;
}

/** Starts a program on a store. */
export function runProgram(
  name: string,
  options: DatabaseOptions | ObjectsOptions,
  ...args: readonly string[]
): RunningProgram {
  const file = join(import.meta.dirname, 'store-programs', `${name}.ts`);
  const child = spawn(process.execPath, ['--conditions=@assay/source', file, JSON.stringify(options), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const lines: string[] = [];
  const progress = new EventEmitter();
  const exited = endOf(child, createInterface({ input: child.stdout }), (line) => {
    lines.push(line);
    progress.emit('line');
  });
  return {
    exited,
    lines: () => lines,
    line: async (wanted) => {
      while (!wanted(lines)) {
        const ended = await Promise.race([once(progress, 'line').then(() => undefined), exited]);
        if (ended !== undefined && !wanted(lines)) throw new Error(`${name} ended too early: ${ended}`);
      }
    },
    kill: () => child.kill('SIGKILL'),
    release: () => child.stdin.end('\n'),
  };
}
