import { AssayError, type Evidence } from '@assay/verify';
import { type Bundle, parseBundle } from '@assay/verify/bundle';
import { fromHex, fromUtf8, type JsonObject } from '@assay/verify/codec';
import { parseEnvelope } from '@assay/verify/evidence';
import { Unrecognised } from './failure.ts';
import { nameOf, readInput } from './files.ts';
import type { Io } from './io.ts';
import { firstCertificate } from './recognise/certificate.ts';
import { type Recognised, recognise } from './recognise/recognise.ts';
import { TEES } from './tees.ts';

/** A file of evidence with all that came along. */
export interface Found extends Evidence {
  readonly recognised: Recognised;
  /** DER of the certificate that carried the evidence: the peer that the caller asks about. */
  readonly certificate?: Uint8Array;
  readonly bundle?: Bundle;
}

/** Why what evidence is wrapped in does not parse. */
export interface Malformed {
  readonly malformed: string;
}

/** Reads FILE and finds out what it is. Throws `Unrecognised` when it is no kind of evidence. */
export async function readRecognised(file: string, io: Io): Promise<Recognised> {
  const bytes = await readInput(file, io);
  const recognised = recognise(bytes, TEES);
  if (recognised) return recognised;
  const what = firstCertificate(bytes)
    ? 'a certificate that carries no evidence'
    : 'no kind of evidence that Assay knows';
  throw new Unrecognised(`${nameOf(file)}: ${what} (${bytes.length} bytes)`);
}

/** Reads FILE as evidence to be judged. Throws `Unrecognised` when it is no kind of evidence, or an event log alone. */
export async function readEvidence(file: string, io: Io): Promise<Found | Malformed> {
  const recognised = await readRecognised(file, io);
  if (recognised.kind === 'event-log') {
    throw new Unrecognised(`${nameOf(file)}: an event log is no evidence: give the quote, and this with --event-log`);
  }
  try {
    return { recognised, ...contentOf(recognised) };
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return { malformed: error.message };
    throw error;
  }
}

function contentOf(recognised: Exclude<Recognised, { readonly kind: 'event-log' }>): Omit<Found, 'recognised'> {
  switch (recognised.kind) {
    case 'evidence':
      return { evidence: recognised.bytes };
    case 'envelope':
      return parseEnvelope(fromUtf8(recognised.bytes, 'envelope'));
    case 'bundle': {
      const bundle = parseBundle(fromUtf8(recognised.bytes, 'bundle'));
      return { ...bundle.evidence, bundle };
    }
    case 'reply':
      return replyContent(recognised.bytes, recognised.reply);
    case 'certificate': {
      const { carried, certificate } = recognised;
      if ('reason' in carried) throw new AssayError('malformed', carried.reason);
      const { evidence, eventLog } = carried.evidence;
      return { evidence, certificate: certificate.raw, ...(eventLog && { eventLog }) };
    }
  }
}

/** A guest agent's reply: the quote, and the reply as event log, for logs are read out of replies. Throws `malformed`. */
export function replyContent(bytes: Uint8Array, { quote, event_log: log }: JsonObject): Evidence {
  const evidence = fromHex(String(quote).replace(/^0x/i, ''), 'quote');
  return { evidence, ...(log !== undefined && { eventLog: bytes }) };
}
