import { AssayError, type Tee } from '@assay/verify';
import { asObject, type Certificate, type Json, type JsonObject, parseJson } from '@assay/verify/codec';
import { type EvidenceCertificate, evidenceIn, firstCertificate } from './certificate.ts';
import { type Encoding, type Reading, readingsOf } from './encoding.ts';

/** What a file turned out to be. Only its outline is known: it may still be malformed. */
export type Recognised = { readonly encoding: Encoding } & (
  | { readonly kind: 'evidence'; readonly tee: Tee; readonly bytes: Uint8Array }
  | { readonly kind: 'envelope' | 'bundle'; readonly bytes: Uint8Array }
  | { readonly kind: 'reply'; readonly bytes: Uint8Array; readonly reply: JsonObject }
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly carried: Carried }
  | { readonly kind: 'event-log'; readonly bytes: Uint8Array }
);

/** Evidence in a certificate, or why what it carries cannot be read. */
export type Carried = { readonly evidence: EvidenceCertificate } | { readonly reason: string };

const SCHEMAS = [
  ['assay.evidence/', 'envelope'],
  ['assay.bundle/', 'bundle'],
] as const;

/** Finds out what bytes are: raw, hexadecimal or base64. Undefined when they are no kind of evidence. */
export function recognise(bytes: Uint8Array, tees: readonly Tee[]): Recognised | undefined {
  for (const reading of readingsOf(bytes)) {
    const found = recogniseReading(reading, tees);
    if (found) return found;
  }
  return undefined;
}

function recogniseReading({ encoding, bytes }: Reading, tees: readonly Tee[]): Recognised | undefined {
  const tee = tees.find((candidate) => candidate.recognises(bytes));
  if (tee) return { encoding, kind: 'evidence', tee, bytes };
  if (isTcgLog(bytes)) return { encoding, kind: 'event-log', bytes };
  const first = firstCharacter(bytes);
  if (first === '{' || first === '[') return recogniseJson(encoding, bytes);
  if (first !== '-' && bytes[0] !== 0x30) return undefined;
  const certificate = firstCertificate(bytes);
  const carried = certificate && carriedBy(certificate);
  return certificate && carried && { encoding, kind: 'certificate', certificate, carried };
}

function recogniseJson(encoding: Encoding, bytes: Uint8Array): Recognised | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  const json = jsonOf(text);
  // A broken document that says what it is gets a verdict, not a shrug.
  if (json === undefined) {
    const named = SCHEMAS.find(([schema]) => text.includes(`"${schema}`));
    return named && { encoding, kind: named[1], bytes };
  }
  if (Array.isArray(json)) {
    return isEvent(json[0]) ? { encoding, kind: 'event-log', bytes } : undefined;
  }
  const object = asObject(json, 'JSON');
  const { schema } = object;
  const named = typeof schema === 'string' ? SCHEMAS.find(([prefix]) => schema.startsWith(prefix)) : undefined;
  if (named) return { encoding, kind: named[1], bytes };
  if (typeof object.quote === 'string') return { encoding, kind: 'reply', bytes, reply: object };
  return object.event_log === undefined ? undefined : { encoding, kind: 'event-log', bytes };
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

function isEvent(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && 'imr' in value && 'event_type' in value;
}

/** The first event of a TCG log has register 0 or 1 and the type EV_NO_ACTION (3). */
function isTcgLog(bytes: Uint8Array): boolean {
  const head = [...bytes.subarray(0, 8)];
  return head.length === 8 && (head[0] ?? 2) < 2 && head[4] === 3 && head.every((byte, i) => i % 4 === 0 || byte === 0);
}

function firstCharacter(bytes: Uint8Array): string {
  const index = bytes.findIndex((byte) => byte > 32);
  return index < 0 ? '' : String.fromCharCode(bytes[index] ?? 0);
}

function carriedBy(certificate: Certificate): Carried | undefined {
  try {
    const evidence = evidenceIn(certificate);
    return evidence && { evidence };
  } catch (error) {
    if (error instanceof AssayError) return { reason: error.message };
    throw error;
  }
}
