import { AssayError, type Evidence } from '@assay/verify';
import type { Bundle } from '@assay/verify/bundle';
import { asObject, fromHex, fromUtf8, type Json, type JsonObject, parseJson, utf8 } from '@assay/verify/codec';
import { parseEnvelope } from '@assay/verify/evidence';
import { certificatesOf, evidenceIn, isRoot } from './certificate.ts';
import { type Reading, readingsOf } from './encoding.ts';
import { TEES } from './tees.ts';

/** What evidence came in. */
export type EvidenceKind = 'bare' | 'envelope' | 'bundle' | 'reply' | 'certificate' | 'response';

/** Evidence with all that came along. */
export interface FoundEvidence {
  readonly kind: EvidenceKind;
  readonly evidence: Evidence;
  /** DER of the certificate that carried the evidence. */
  readonly certificate?: Uint8Array | undefined;
  readonly bundle?: Bundle | undefined;
}

/** What a file turned out to be: evidence, evidence in a wrapping that does not parse, or something that goes with evidence. */
export type Recognised =
  | { readonly found: FoundEvidence }
  | { readonly malformed: string }
  | { readonly eventLog: Uint8Array }
  | { readonly root: Uint8Array; readonly name: string }
  | { readonly json: JsonObject; readonly text: string };

/** Finds out what bytes are: raw, hexadecimal or base64. Undefined when they are nothing that Assay knows. */
export async function recognise(bytes: Uint8Array): Promise<Recognised | undefined> {
  for (const reading of readingsOf(bytes)) {
    const recognised = await recogniseReading(reading);
    if (recognised) return recognised;
  }
  return undefined;
}

async function recogniseReading({ bytes }: Reading): Promise<Recognised | undefined> {
  if (TEES.some((tee) => tee.recognises(bytes))) return { found: { kind: 'bare', evidence: { evidence: bytes } } };
  if (isTcgLog(bytes)) return { eventLog: bytes };
  const first = bytes.find((byte) => byte > 32);
  if (first === 0x7b || first === 0x5b) return recogniseJson(bytes);
  return first === 0x2d || bytes[0] === 0x30 ? recogniseCertificate(bytes) : undefined;
}

const SCHEMAS = /"(assay\.(?:evidence|bundle|response)\/)/;

async function recogniseJson(bytes: Uint8Array): Promise<Recognised | undefined> {
  const text = new TextDecoder().decode(bytes);
  const json = attempt(() => parseJson(text));
  // A broken document that says what it is gets a verdict, not a shrug.
  if ('reason' in json) return SCHEMAS.test(text) ? { malformed: json.reason } : undefined;
  if (Array.isArray(json.value)) return isEvent(json.value[0]) ? { eventLog: bytes } : undefined;
  const object = asObject(json.value, 'JSON');
  const { schema, quote } = object;
  const named = typeof schema === 'string' ? SCHEMAS.exec(`"${schema}`)?.[1] : undefined;
  // Bundles are seldom: their reader comes when one does.
  const bundles = named === 'assay.bundle/' ? await import('@assay/verify/bundle') : undefined;
  const found = attempt(() => {
    if (named === 'assay.evidence/') return wrapped('envelope', parseEnvelope(text));
    if (named === 'assay.response/') {
      const attestation = asObject(object.attestation, 'attestation');
      return wrapped('response', parseEnvelope(JSON.stringify(attestation)));
    }
    const bundle = bundles?.parseBundle(fromUtf8(bytes, 'bundle'));
    if (bundle) return { ...wrapped('bundle', bundle.evidence), bundle };
    return typeof quote === 'string' ? wrapped('reply', replyContent(quote, object)) : undefined;
  });
  if ('reason' in found) return { malformed: found.reason };
  if (found.value) return { found: found.value };
  return object.event_log === undefined ? { json: object, text } : { eventLog: bytes };
}

function wrapped(kind: EvidenceKind, evidence: Evidence): FoundEvidence {
  return { kind, evidence };
}

/** A guest agent's reply: the quote, and the log as text or in place. */
function replyContent(quote: string, reply: JsonObject): Evidence {
  const evidence = fromHex(quote.replace(/^0x/i, ''), 'quote');
  const log = reply.event_log ?? reply.eventLog;
  if (log === undefined || log === '') return { evidence };
  return { evidence, eventLog: utf8(typeof log === 'string' ? log : JSON.stringify(log)) };
}

async function recogniseCertificate(bytes: Uint8Array): Promise<Recognised | undefined> {
  const certificates = certificatesOf(bytes);
  const [first] = certificates;
  if (first === undefined) return undefined;
  try {
    const evidence = await evidenceIn(first);
    if (evidence) return { found: { kind: 'certificate', evidence, certificate: first.raw } };
  } catch (error) {
    if (error instanceof AssayError) return { malformed: error.message };
    throw error;
  }
  const root = certificates.find(isRoot);
  const { CN = 'a root without a name', O = 'no organisation' } = root?.subject.attributes ?? {};
  return root && { root: root.raw, name: `${CN} (${O})` };
}

function isEvent(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && 'imr' in value && 'event_type' in value;
}

/** The first event of a TCG log has register 0 or 1 and the type EV_NO_ACTION (3). */
function isTcgLog(bytes: Uint8Array): boolean {
  const head = [...bytes.subarray(0, 8)];
  return head.length === 8 && (head[0] ?? 2) < 2 && head[4] === 3 && head.every((byte, i) => i % 4 === 0 || byte === 0);
}

function attempt<T>(parse: () => T): { readonly value: T } | { readonly reason: string } {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof AssayError) return { reason: error.message };
    throw error;
  }
}
