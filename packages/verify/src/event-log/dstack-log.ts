import { concatBytes } from '../codec/bytes.ts';
import { canonicalJson } from '../codec/canonical-json.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { asObject, type Json, type JsonObject, parseJson } from '../codec/json.ts';
import { integerOf, textOf } from '../codec/json-fields.ts';
import { utf8 } from '../codec/text.ts';
import { malformed } from '../errors.ts';
import {
  DIGEST_BYTES,
  DSTACK_EVENT,
  MAX_EVENTS,
  MAX_LOG_BYTES,
  type ParsedEvent,
  type ParsedLog,
  REGISTERS,
} from './event.ts';
import { eventText, eventTypeName, hashedParts } from './event-text.ts';

/**
 * Parses a dstack event log: a JSON array of entries, or a guest agent's answer with the array in `event_log`,
 * as text or in place. Throws `malformed`, naming entry and field.
 */
export function parseDstackLog(text: string): ParsedLog {
  const entries = entriesOf(parseJson(text, 'event log'));
  if (entries.length === 0 || entries.length > MAX_EVENTS) {
    throw malformed(`event log: ${entries.length} entries, expected 1 to ${MAX_EVENTS}`);
  }
  return { format: 'dstack', events: entries.map(entryOf) };
}

function entriesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  const log = asObject(value, 'event log').event_log;
  const inner = typeof log === 'string' ? parseJson(log, 'event_log') : log;
  if (!Array.isArray(inner)) throw malformed('event log: expected an array of entries, or an answer with event_log');
  return inner;
}

function entryOf(value: Json, index: number): ParsedEvent {
  const at = `event log entry ${index}`;
  const entry = asObject(value, at);
  const register = REGISTERS[integerOf(entry.imr, `${at}: imr`, 0, 3)];
  const type = integerOf(entry.event_type, `${at}: event_type`, 0, 0xffffffff);
  const name = nameOf(entry, at);
  const field = `${at}: event_payload`;
  const payload = fromHex(textOf(entry.event_payload, field, MAX_LOG_BYTES), field);
  const given = digestOf(entry, at);
  const text = eventText(type, payload);
  const content = { register: register ?? null, type, typeName: eventTypeName(type), name, payload, text };
  if (register !== 'rtmr3') {
    if (given === undefined) throw malformed(`${at}: digest is missing, and that of ${register} cannot be recomputed`);
    return { content, given, preimage: undefined, stated: undefined, candidates: hashedParts(type, payload) };
  }
  if (type !== DSTACK_EVENT) throw malformed(`${at}: event_type ${type} in rtmr3, expected ${DSTACK_EVENT}`);
  const preimage = preimageOf(entry, name, payload, at);
  return { content, given, preimage, stated: statedOf(entry, at), candidates: [] };
}

/** What dstack hashes: version 1 joins type, name and payload by colons, version 2 is canonical JSON of the three. */
function preimageOf(entry: JsonObject, name: string, payload: Uint8Array, at: string): Uint8Array {
  const { version } = entry;
  if (version === undefined || version === 1) {
    return concatBytes(Uint8Array.of(1, 0, 0, 8, 58), utf8(name), Uint8Array.of(58), payload);
  }
  if (version !== 2) throw malformed(`${at}: unknown version, expected 1 or 2`);
  return utf8(canonicalJson({ name, payload: toHex(payload), type: DSTACK_EVENT }));
}

function statedOf({ preimage }: JsonObject, at: string): Uint8Array | undefined {
  if (preimage === undefined) return undefined;
  if (typeof preimage !== 'string') throw malformed(`${at}: preimage: expected hexadecimal text`);
  return fromHex(preimage, `${at}: preimage`);
}

function digestOf({ digest }: JsonObject, at: string): Uint8Array | undefined {
  if (digest === undefined || digest === '') return undefined;
  if (typeof digest !== 'string') throw malformed(`${at}: digest: expected hexadecimal text`);
  const bytes = fromHex(digest, `${at}: digest`);
  if (bytes.length !== DIGEST_BYTES)
    throw malformed(`${at}: digest of ${bytes.length} bytes, expected ${DIGEST_BYTES}`);
  return bytes;
}

/** A name with half a character would be hashed as another name. */
function nameOf({ event }: JsonObject, at: string): string {
  const name = textOf(event, `${at}: event`, MAX_LOG_BYTES);
  if (!name.isWellFormed()) throw malformed(`${at}: event: expected text`);
  return name;
}
