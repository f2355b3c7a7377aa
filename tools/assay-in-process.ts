import type { Io } from '../apps/cli/src/io.ts';
import { run } from '../apps/cli/src/program.ts';
import type { Answer } from './assay-process.ts';

/** Runs the command in this process: as a process of its own would answer, but sooner. */
export async function assayHere(args: readonly string[], surroundings: Partial<Io> = {}): Promise<Answer> {
  const output: string[] = [];
  const log: string[] = [];
  const exit = await run(args, {
    stdin: async () => new Uint8Array(),
    stdout: (text) => void output.push(text),
    stderr: (text) => void log.push(text),
    now: () => new Date(),
    env: {},
    columns: 100,
    colour: false,
    ...surroundings,
  });
  return { exit, output: output.join(''), log: log.join('') };
}
