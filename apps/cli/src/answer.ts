import type { ExitCode } from './failure.ts';

/** A command's answer: exactly what goes to standard output, and the exit code. */
export interface Answer {
  readonly output: string;
  readonly exitCode: ExitCode;
}

/** One JSON document, one line feed. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
