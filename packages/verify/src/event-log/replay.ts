import { equalBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { fromUtf8 } from '../codec/text.ts';
import { hashOf } from '../crypto/hash.ts';
import { malformed } from '../errors.ts';
import { parseDstackLog } from './dstack-log.ts';
import {
  type Coverage,
  DIGEST_BYTES,
  type LoggedEvent,
  MAX_LOG_BYTES,
  type ParsedEvent,
  type ParsedLog,
  REGISTERS,
  type Register,
} from './event.ts';
import { isTcgLog, parseTcgLog } from './tcg-log.ts';

/** An event whose stated digest or preimage is not what its name and payload give. */
export interface DigestMismatch {
  /** Index of the event. */
  readonly event: number;
  readonly name: string;
  /** Recomputed, lower-case hex. */
  readonly expected: string;
  /** As it stands in the log. */
  readonly actual: string;
}

/** A log replayed from registers of zeros. It means nothing until the registers equal those of authentic evidence. */
export interface ReplayedLog {
  readonly format: 'dstack' | 'tcg2';
  readonly events: readonly LoggedEvent[];
  /** Registers after the last event, lower-case hex. */
  readonly registers: Readonly<Record<Register, string>>;
  /** Registers that at least one event extends. */
  readonly extended: readonly Register[];
  readonly mismatches: readonly DigestMismatch[];
}

/** Parses a log of either format; the result does not share memory with the bytes. Throws `malformed`. */
export function parseEventLog(bytes: Uint8Array): ParsedLog {
  if (bytes.length > MAX_LOG_BYTES) throw malformed(`event log: ${bytes.length} bytes exceed ${MAX_LOG_BYTES}`);
  // Not by `slice`: Node's Buffer would share its memory.
  return isTcgLog(bytes) ? parseTcgLog(new Uint8Array(bytes)) : parseDstackLog(fromUtf8(bytes, 'event log'));
}

/**
 * Replays a dstack log (JSON) or a TCG log (CCEL) to the registers it leads to. Throws `malformed`.
 *
 * @example
 * const { registers, events } = await replayEventLog(bytes);
 */
export async function replayEventLog(bytes: Uint8Array): Promise<ReplayedLog> {
  return replay(parseEventLog(bytes));
}

/** Recomputes each digest that the format defines and folds all of them into registers. */
export async function replay({ format, events }: ParsedLog): Promise<ReplayedLog> {
  const zero = new Uint8Array(DIGEST_BYTES);
  const values: Record<Register, Uint8Array> = { rtmr0: zero, rtmr1: zero, rtmr2: zero, rtmr3: zero };
  const logged: LoggedEvent[] = [];
  const mismatches: DigestMismatch[] = [];
  for (const [index, event] of events.entries()) {
    const value = await digestOf(event);
    const fault = await mismatchOf(event, index, value);
    if (fault) mismatches.push(fault);
    logged.push({ ...event.content, digest: toHex(value), measured: await coverageOf(event, value) });
    const { register } = event.content;
    if (register === null) continue;
    values[register] = await hashOf('SHA-384', values[register], value);
  }
  const { rtmr0, rtmr1, rtmr2, rtmr3 } = values;
  return {
    format,
    events: logged,
    registers: { rtmr0: toHex(rtmr0), rtmr1: toHex(rtmr1), rtmr2: toHex(rtmr2), rtmr3: toHex(rtmr3) },
    extended: REGISTERS.filter((register) => values[register] !== zero),
    mismatches,
  };
}

async function digestOf({ preimage, given }: ParsedEvent): Promise<Uint8Array> {
  return preimage ? hashOf('SHA-384', preimage) : (given ?? new Uint8Array(DIGEST_BYTES));
}

async function mismatchOf(event: ParsedEvent, index: number, value: Uint8Array): Promise<DigestMismatch | undefined> {
  const { given, stated, preimage } = event;
  const { name } = event.content;
  const expected = toHex(value);
  if (given && !equalBytes(given, value)) return { event: index, name, expected, actual: toHex(given) };
  if (!stated || !preimage || equalBytes(stated, preimage)) return undefined;
  return { event: index, name, expected, actual: toHex(await hashOf('SHA-384', stated)) };
}

async function coverageOf({ preimage, candidates }: ParsedEvent, value: Uint8Array): Promise<Coverage> {
  if (preimage) return 'whole';
  for (const [coverage, part] of candidates) {
    if (equalBytes(await hashOf('SHA-384', part), value)) return coverage;
  }
  return 'none';
}
