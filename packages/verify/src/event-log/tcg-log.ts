import { Reader } from '../codec/reader.ts';
import { fromUtf8 } from '../codec/text.ts';
import { malformed } from '../errors.ts';
import { DIGEST_BYTES, MAX_EVENTS, type ParsedEvent, type ParsedLog, REGISTERS } from './event.ts';
import { EV_NO_ACTION, eventText, eventTypeName, hashedParts } from './event-text.ts';

const SHA384 = 0x0c;
const MAX_ALGORITHMS = 8;
const SHA1_BYTES = 20;
const SPEC_ID = 'Spec ID Event03\0';

/** True for bytes that begin like a TCG log: its first event has the type EV_NO_ACTION. JSON holds no zero bytes. */
export function isTcgLog(bytes: Uint8Array): boolean {
  return bytes[4] === EV_NO_ACTION && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;
}

/**
 * Parses a crypto-agile event log as firmware leaves it in the CCEL table's area (TCG PC Client Platform Firmware Profile
 * section 10; UEFI section 38): register index 1 is RTMR0, 4 is RTMR3. The rest of the area is padding. Throws `malformed`.
 */
export function parseTcgLog(bytes: Uint8Array): ParsedLog {
  const reader = new Reader(bytes);
  const digestSizes = headerOf(reader);
  const events: ParsedEvent[] = [];
  while (!atEnd(bytes, reader.offset)) {
    if (events.length === MAX_EVENTS) throw malformed(`event log: more than ${MAX_EVENTS} events`);
    events.push(eventOf(reader, digestSizes, `event ${events.length + 1}`));
  }
  return { format: 'tcg2', events };
}

/** The first event, in the old form, names the digests that all others carry. */
function headerOf(reader: Reader): ReadonlyMap<number, number> {
  reader.u32('register index');
  if (reader.u32('event type') !== EV_NO_ACTION) throw malformed('event log: does not begin with a Spec ID event');
  reader.bytes(SHA1_BYTES, 'digest');
  const data = new Reader(reader.bytes(reader.u32('Spec ID event size'), 'Spec ID event'));
  if (fromUtf8(data.bytes(SPEC_ID.length, 'signature'), 'signature') !== SPEC_ID) {
    throw malformed('event log: signature is not "Spec ID Event03"');
  }
  data.bytes(8, 'platform class and version');
  const count = data.u32('number of algorithms');
  if (count > MAX_ALGORITHMS) throw malformed(`event log: ${count} digest algorithms exceed ${MAX_ALGORITHMS}`);
  const sizes = new Map<number, number>();
  for (let i = 0; i < count; i += 1) sizes.set(data.u16('algorithm'), data.u16('digest size'));
  data.bytes(data.u8('vendor information size'), 'vendor information');
  if (data.remaining !== 0) throw malformed(`event log: ${data.remaining} bytes after the Spec ID event`);
  if (sizes.size !== count || sizes.get(SHA384) !== DIGEST_BYTES) {
    throw malformed('event log: digest algorithms repeat, or SHA-384 of 48 bytes is not among them');
  }
  return sizes;
}

function eventOf(reader: Reader, digestSizes: ReadonlyMap<number, number>, at: string): ParsedEvent {
  const index = reader.u32(`${at}: register index`);
  const type = reader.u32(`${at}: type`);
  const extending = type !== EV_NO_ACTION;
  const register = extending ? REGISTERS[index - 1] : null;
  // Index 0 stands for the measurement of the build, which nothing extends once the machine runs.
  if (register === undefined || index > REGISTERS.length)
    throw malformed(`${at}: register index ${index}, expected 1 to 4`);
  const given = sha384Of(reader, digestSizes, at);
  const payload = reader.bytes(reader.u32(`${at}: size`), `${at}: data`);
  const text = eventText(type, payload);
  const content = { register, type, typeName: eventTypeName(type), name: '', payload, text };
  return {
    content,
    given,
    preimage: undefined,
    stated: undefined,
    candidates: extending ? hashedParts(type, payload) : [],
  };
}

function sha384Of(reader: Reader, digestSizes: ReadonlyMap<number, number>, at: string): Uint8Array {
  const count = reader.u32(`${at}: number of digests`);
  if (count !== digestSizes.size) throw malformed(`${at}: ${count} digests, expected ${digestSizes.size}`);
  const digests = new Map<number, Uint8Array>();
  for (let i = 0; i < count; i += 1) {
    const algorithm = reader.u16(`${at}: algorithm`);
    const size = digestSizes.get(algorithm);
    if (size === undefined) throw malformed(`${at}: digest algorithm ${algorithm} is not announced`);
    digests.set(algorithm, reader.bytes(size, `${at}: digest`));
  }
  const digest = digests.get(SHA384);
  if (!digest) throw malformed(`${at}: no SHA-384 digest`);
  return digest;
}

/** Behind the last event the area is filled with ones or zeros to its end. */
function atEnd(bytes: Uint8Array, offset: number): boolean {
  const rest = bytes.subarray(offset);
  if (rest.length === 0) return true;
  const fill = rest[0];
  // No event begins with eight equal bytes: index 0 extends nothing, and index 4294967295 does not exist.
  if ((fill !== 0 && fill !== 0xff) || rest.subarray(0, 8).some((byte) => byte !== fill)) return false;
  if (rest.some((byte) => byte !== fill)) throw malformed(`event log: data behind its end at offset ${offset}`);
  return true;
}
