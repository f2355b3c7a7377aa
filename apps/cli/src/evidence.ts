import { AssayError, type Evidence } from '@assay/verify';
import {
  type Recognised,
  type RecognisedCompanion,
  type RecognisedEvidence,
  recognise,
  type Unwrapped,
  unwrap,
} from '@assay/verify/recognise';
import { Unrecognised } from './failure.ts';
import { nameOf, readInput } from './files.ts';
import type { Io } from './io.ts';
import { TEES } from './tees.ts';

/** A file of evidence with all that came along. */
export interface Found extends Evidence, Omit<Unwrapped, 'evidence'> {
  readonly recognised: RecognisedEvidence;
}

/** Evidence, or an event log, of which there is something to say without evidence. */
export type Inspectable = RecognisedEvidence | Extract<RecognisedCompanion, { readonly kind: 'event-log' }>;

/** Why what evidence is wrapped in does not parse. */
export interface Malformed {
  readonly malformed: string;
}

/** Reads FILE and finds out what it is. Throws `Unrecognised` when it is no kind of evidence. */
export async function readRecognised(file: string, io: Io): Promise<Inspectable> {
  const bytes = await readInput(file, io);
  const recognised = recognise(bytes, TEES);
  if (recognised && isInspectable(recognised)) return recognised;
  const what =
    recognised?.kind === 'certificates'
      ? 'a certificate that carries no evidence'
      : 'no kind of evidence that Assay knows';
  throw new Unrecognised(`${nameOf(file)}: ${what} (${bytes.length} bytes)`);
}

function isInspectable(recognised: Recognised): recognised is Inspectable {
  return recognised.kind !== 'certificates' && recognised.kind !== 'json';
}

/** Reads FILE as evidence to be judged. Throws `Unrecognised` when it is no kind of evidence, or an event log alone. */
export async function readEvidence(file: string, io: Io): Promise<Found | Malformed> {
  const recognised = await readRecognised(file, io);
  if (recognised.kind === 'event-log') {
    throw new Unrecognised(`${nameOf(file)}: an event log is no evidence: give the quote, and this with --event-log`);
  }
  try {
    const { evidence, ...more } = await unwrap(recognised);
    return { recognised, ...evidence, ...more };
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return { malformed: error.message };
    throw error;
  }
}
