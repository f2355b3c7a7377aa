import { asObject, type Json, type JsonObject, parseJson } from '../codec/json.ts';
import { fromUtf8 } from '../codec/text.ts';
import type { Certificate } from '../codec/x509.ts';
import { attempt } from '../errors.ts';
import type { Tee } from '../tee.ts';
import { carrierOf, certificatesOf } from './certificate.ts';
import { type Encoding, type Reading, readingsOf } from './encoding.ts';

/** Evidence, bare or in something. Only its outline is known: it may still be malformed. */
export type RecognisedEvidence = { readonly encoding: Encoding; readonly bytes: Uint8Array } & (
  | { readonly kind: 'evidence'; readonly tee: Tee }
  | { readonly kind: 'envelope' | 'response' | 'bundle' }
  /** A dstack guest agent's. */
  | { readonly kind: 'reply'; readonly reply: JsonObject }
  /** `oid`: the extension in which the evidence is. */
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly oid: string }
);

/** What goes with evidence, and is none: an event log, a chain of certificates, JSON that only its reader knows. */
export type RecognisedCompanion = { readonly encoding: Encoding; readonly bytes: Uint8Array } & (
  | { readonly kind: 'event-log' }
  | { readonly kind: 'certificates'; readonly certificates: readonly Certificate[] }
  | { readonly kind: 'json'; readonly object: JsonObject }
);

/** What bytes turned out to be. `bytes` are those that hexadecimal or base64 stood for. */
export type Recognised = RecognisedEvidence | RecognisedCompanion;

const SCHEMA = /"assay\.(evidence|response|bundle)\//;
const KINDS = { evidence: 'envelope', response: 'response', bundle: 'bundle' } as const;

/**
 * Finds out what bytes are: raw, hexadecimal or base64. Undefined when they are nothing that Assay knows. Never throws.
 *
 * @example const found = recognise(bytes, [sgx, tdx]);
 */
export function recognise(bytes: Uint8Array, tees: readonly Tee[]): Recognised | undefined {
  for (const reading of readingsOf(bytes)) {
    const found = recogniseReading(reading, tees);
    if (found) return found;
  }
  return undefined;
}

function recogniseReading(reading: Reading, tees: readonly Tee[]): Recognised | undefined {
  const { bytes } = reading;
  const tee = tees.find((candidate) => candidate.recognises(bytes));
  if (tee) return { ...reading, kind: 'evidence', tee };
  if (isTcgLog(bytes)) return { ...reading, kind: 'event-log' };
  const first = bytes.find((byte) => byte > 32);
  if (first === 0x7b || first === 0x5b) return recogniseJson(reading);
  return first === 0x2d || bytes[0] === 0x30 ? recogniseCertificates(reading) : undefined;
}

function recogniseCertificates(reading: Reading): Recognised | undefined {
  const certificates = certificatesOf(reading.bytes);
  const [certificate] = certificates;
  if (certificate === undefined) return undefined;
  const oid = carrierOf(certificate);
  if (oid === undefined) return { ...reading, kind: 'certificates', certificates };
  return { ...reading, kind: 'certificate', certificate, oid };
}

function recogniseJson(reading: Reading): Recognised | undefined {
  const json = attempt(() => parseJson(fromUtf8(reading.bytes)));
  // A broken document that says what it is gets a verdict, not a shrug.
  if ('reason' in json) return named(reading, new TextDecoder().decode(reading.bytes));
  if (Array.isArray(json.value)) return isEvent(json.value[0]) ? { ...reading, kind: 'event-log' } : undefined;
  const object = asObject(json.value, 'JSON');
  const known = typeof object.schema === 'string' ? named(reading, `"${object.schema}`) : undefined;
  if (known) return known;
  if (typeof object.quote === 'string') return { ...reading, kind: 'reply', reply: object };
  return object.event_log === undefined ? { ...reading, kind: 'json', object } : { ...reading, kind: 'event-log' };
}

function named(reading: Reading, text: string): Recognised | undefined {
  const name = SCHEMA.exec(text)?.[1];
  return name === 'evidence' || name === 'response' || name === 'bundle'
    ? { ...reading, kind: KINDS[name] }
    : undefined;
}

function isEvent(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && 'imr' in value && 'event_type' in value;
}

/** The first event of a TCG log has register 0 or 1 and the type EV_NO_ACTION (3). */
function isTcgLog(bytes: Uint8Array): boolean {
  const head = [...bytes.subarray(0, 8)];
  return head.length === 8 && (head[0] ?? 2) < 2 && head[4] === 3 && head.every((byte, i) => i % 4 === 0 || byte === 0);
}
