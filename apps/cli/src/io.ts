import { EXIT } from './failure.ts';
import { readWithin } from './stream.ts';

/** What a command may touch of the process: its streams, its environment, its clock and the look of its terminal. */
export interface Io {
  /** All of standard input, at most `limit` bytes; undefined when there is more. */
  readonly stdin: (limit: number) => Promise<Uint8Array | undefined>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly now: () => Date;
  /** Environment variables; some are secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** True when standard output shows colours. */
  readonly colour: boolean;
}

/** Lines wider than this are hard to read, however wide the terminal is. */
const MAX_COLUMNS = 110;
const DEFAULT_COLUMNS = 100;

/** The running process as `Io`. Colours only on a terminal and without NO_COLOR (no-color.org). */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  stdout.on('error', (error) => lost(error, stderr));
  // Whoever does not listen cannot be told.
  stderr.on('error', () => undefined);
  return {
    stdin: (limit) => readWithin(stdin, limit),
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    now: () => new Date(),
    env,
    columns: columnsOf(stdout.columns, env.COLUMNS),
    colour: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}

/**
 * `assay … | head` closes our output early: that is no fault of ours, and the exit code stands. An answer that was lost
 * otherwise, on a full disk for example, must not look like a verdict.
 */
function lost(error: NodeJS.ErrnoException, stderr: NodeJS.WritableStream): void {
  if (error.code === 'EPIPE') return;
  stderr.write(`assay: standard output: ${error.code ?? error.message}\n`);
  process.once('exit', () => {
    process.exitCode = EXIT.usage;
  });
}

function columnsOf(terminal: number | undefined, variable: string | undefined): number {
  const columns = terminal ?? Number(variable);
  return columns >= 1 ? Math.min(columns, MAX_COLUMNS) : DEFAULT_COLUMNS;
}
