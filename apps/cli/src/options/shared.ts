import type { Answer } from '../answer.ts';
import type { Io } from '../io.ts';

/** Where a command runs, and who takes its answer. */
export interface Stage {
  readonly io: Io;
  readonly answer: (answer: Answer) => void;
}

/** What an argument `<file>` may be. */
export const FILE = 'raw bytes, hexadecimal or base64; - is standard input';

/** Flags and descriptions that several commands have. */
export const EVENT_LOG = ['--event-log <file>', "dstack's log (JSON) or a CCEL"] as const;
export const APP_COMPOSE = ['--app-compose <file>', "dstack's app-compose.json"] as const;
export const STATEMENT = ['--statement <file>', 'the statement that the evidence carries the digest of'] as const;
export const JSON_FLAG = ['--json', 'print one JSON document'] as const;

/** Help on exit codes, at the end of a command's help. */
export function exitCodes(meanings: Readonly<Record<number, string>>): string {
  const list = Object.entries(meanings).map(([code, meaning]) => `${code} ${meaning}`);
  return `\nExit codes: ${list.join(' · ')}`;
}

/** What they mean where evidence is judged. */
export const VERDICT_CODES = {
  0: 'trusted',
  1: 'refused',
  2: 'usage, or no kind of evidence',
  3: 'an endorsement could not be fetched',
} as const;
