import { fromHex, toHex } from '../codec/hex.ts';
import { Reader } from '../codec/reader.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';
import { type AssayError, malformed } from '../errors.ts';
import type { Evidence } from '../options.ts';
import { decodeMessagePack, type Packed, type PackedMap } from './message-pack.ts';

/** A quote, with dstack's JSON of the events that came along. */
export type EvidenceWithLog = Pick<Evidence, 'evidence' | 'eventLog'>;

/** Platforms of version 0 (a SCALE enum) and of version 1 (by name) that hold a TDX quote. */
const TDX = 0;

/** The quote and event log of dstack's versioned attestation (`.attestation`, certificate OID …62397.1.8). Throws `malformed`. */
export function parseDstackAttestation(bytes: Uint8Array): EvidenceWithLog {
  return bytes[0] === 0 ? parseVersion0(bytes) : parseVersion1(bytes);
}

/** One event as guest agents write it in JSON. */
interface Event {
  readonly imr: number;
  readonly event_type: number;
  readonly digest: string;
  readonly event: string;
  readonly event_payload: string;
  /** How the digest is made: of canonical JSON, which `preimage` shows, where it is 2. */
  readonly version?: number;
  readonly preimage?: string;
}

/** The payload of an event that measures an ACPI table: `ACPI DATA`. */
const ACPI = '414350492044415441';

/**
 * In certificates a log has lost all of RTMR0 to RTMR2 but ACPI's events, by which a verifier finds the tables' digests.
 * Such a part of RTMR0 leads to no register and is left out; RTMR3, which has the app's identity, is whole.
 */
function withLog(evidence: Uint8Array, all: readonly Event[]): EvidenceWithLog {
  const partial = all.every(({ imr, event_payload }) => imr === 3 || (imr === 0 && event_payload === ACPI));
  const events = partial ? all.filter(({ imr }) => imr === 3) : all;
  return { evidence, ...(events.length > 0 && { eventLog: utf8(JSON.stringify(events)) }) };
}

/** SCALE: version byte, platform byte, quote, events; what follows repeats what quote and events say. */
function parseVersion0(bytes: Uint8Array): EvidenceWithLog {
  const reader = new Reader(bytes);
  reader.u8('version');
  const platform = reader.u8('platform');
  if (platform !== TDX) throw wrong(`platform ${platform} is not TDX`);
  const quote = scaleBytes(reader);
  const count = compact(reader);
  if (count > reader.remaining) throw wrong(`${count} events, ${reader.remaining} bytes are left`);
  const events = Array.from({ length: count }, () => ({
    imr: reader.u32('imr'),
    event_type: reader.u32('event type'),
    digest: toHex(scaleBytes(reader)),
    event: fromUtf8(scaleBytes(reader), 'event'),
    event_payload: toHex(scaleBytes(reader)),
  }));
  return withLog(quote, events);
}

function scaleBytes(reader: Reader): Uint8Array {
  return reader.bytes(compact(reader), 'attestation');
}

/** A SCALE compact integer below 2^30; longer ones would be no length of ours. */
function compact(reader: Reader): number {
  const first = reader.u8('length');
  const mode = first & 3;
  if (mode === 0) return first >> 2;
  if (mode === 1) return (first >> 2) | (reader.u8('length') << 6);
  if (mode === 3) throw wrong('a length of more than 2^30');
  return (first >> 2) | (reader.u8('length') << 6) | (reader.u16('length') << 14);
}

function parseVersion1(bytes: Uint8Array): EvidenceWithLog {
  const whole = mapOf(decodeMessagePack(bytes), 'attestation');
  if (whole.get('version') !== 1) throw wrong('expected version 0 or 1');
  const platform = mapOf(whole.get('platform'), 'platform');
  const kind = platform.get('kind');
  if (kind !== 'tdx') throw wrong(`platform ${typeof kind === 'string' ? kind : '?'} is not tdx`);
  const data = mapOf(platform.get('data'), 'platform.data');
  const log = data.get('event_log') ?? [];
  if (!Array.isArray(log)) throw wrong('event_log: expected a list');
  return withLog(bytesOf(data.get('quote'), 'quote'), log.map(eventOf));
}

function eventOf(packed: Packed): Event {
  const event = mapOf(packed, 'event_log');
  const version = event.get('version');
  const preimage = event.get('preimage');
  return {
    imr: numberOf(event.get('imr'), 'imr'),
    event_type: numberOf(event.get('event_type'), 'event_type'),
    digest: toHex(bytesOf(event.get('digest'), 'digest')),
    event: textOf(event.get('event'), 'event'),
    event_payload: toHex(bytesOf(event.get('event_payload'), 'event_payload')),
    ...(version !== undefined && { version: numberOf(version, 'version') }),
    ...(preimage !== undefined && { preimage: textOf(preimage, 'preimage') }),
  };
}

function mapOf(value: Packed | undefined, field: string): PackedMap {
  if (!(value instanceof Map)) throw wrong(`${field}: expected a map`);
  return value;
}

function numberOf(value: Packed | undefined, field: string): number {
  if (typeof value !== 'number' || value < 0) throw wrong(`${field}: expected a number`);
  return value;
}

function textOf(value: Packed | undefined, field: string): string {
  if (typeof value !== 'string') throw wrong(`${field}: expected text`);
  return value;
}

/** Bytes are a binary string, a list of numbers, or hexadecimal, as the serialiser pleased. */
function bytesOf(value: Packed | undefined, field: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) {
    return Uint8Array.from(value, (item) => {
      if (typeof item === 'number' && item >= 0 && item < 256) return item;
      throw wrong(`${field}: expected bytes`);
    });
  }
  const text = textOf(value, field);
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw wrong(`${field}: expected bytes`);
  return fromHex(text, field);
}

function wrong(message: string): AssayError {
  return malformed(`dstack attestation: ${message}`, { field: 'attestation' });
}
