import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex } from '../codec/hex.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';
import { AssayError } from '../errors.ts';
import { parseDstackAttestation } from './dstack-attestation.ts';

const QUOTE = Uint8Array.from({ length: 100 }, (_, index) => index);
const EVENT = { imr: 3, event_type: 0x08000001, digest: 'ab'.repeat(48), event: 'app-id', event_payload: '0102' };

const u32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
/** SCALE bytes with a compact length. */
const scale = (bytes: Uint8Array): number[] =>
  bytes.length < 64 ? [bytes.length << 2, ...bytes] : [((bytes.length & 63) << 2) | 1, bytes.length >> 6, ...bytes];

const version0 = Uint8Array.from([
  ...[0, 0],
  ...scale(QUOTE),
  ...[1 << 2, ...u32(EVENT.imr), ...u32(EVENT.event_type)],
  ...[...scale(fromHex(EVENT.digest)), ...scale(utf8(EVENT.event)), ...scale(fromHex(EVENT.event_payload))],
  ...[0, ...new Uint8Array(64), 0],
]);

type Value = number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value };

/** MessagePack of a value. */
function pack(value: Value): number[] {
  if (typeof value === 'number') return value < 128 ? [value] : [0xce, ...u32(value).reverse()];
  if (typeof value === 'string') return [0xd9, value.length, ...utf8(value)];
  if (value instanceof Uint8Array) return [0xc5, value.length >> 8, value.length & 255, ...value];
  if (Array.isArray(value)) return [0xdc, 0, value.length, ...value.flatMap(pack)];
  const entries = Object.entries(value);
  return [0xde, 0, entries.length, ...entries.flatMap(([key, member]) => [...pack(key), ...pack(member)])];
}

const event1 = { ...EVENT, digest: fromHex(EVENT.digest), event_payload: [...fromHex(EVENT.event_payload)] };
const version1 = (platform: Value): Uint8Array =>
  Uint8Array.from(pack({ version: 1, platform, stack: { kind: 'dstack' } }));

test.each([
  ['version 0 (SCALE)', version0],
  ['version 1 (MessagePack)', version1({ kind: 'tdx', data: { quote: QUOTE, event_log: [event1] } })],
  [
    'version 1 with bytes as lists and hexadecimal',
    version1({ kind: 'tdx', data: { quote: [...QUOTE], event_log: [EVENT] } }),
  ],
])('%s holds quote and event log', (_name, bytes) => {
  const { evidence, eventLog } = parseDstackAttestation(bytes);
  expect(evidence).toEqual(QUOTE);
  expect(JSON.parse(fromUtf8(eventLog ?? utf8('')))).toEqual([EVENT]);
});

test('without events there is no log', () => {
  expect(parseDstackAttestation(version1({ kind: 'tdx', data: { quote: QUOTE } }))).toEqual({ evidence: QUOTE });
});

test.each([
  ['another platform of version 0', Uint8Array.of(0, 3, 0), 'platform 3 is not TDX'],
  ['another platform', version1({ kind: 'nitro-enclave', data: {} }), 'platform nitro-enclave is not tdx'],
  ['no quote', version1({ kind: 'tdx', data: {} }), 'quote: expected text'],
  ['a quote that is no bytes', version1({ kind: 'tdx', data: { quote: [256] } }), 'quote: expected bytes'],
  ['another version', Uint8Array.from(pack({ version: 2 })), 'expected version 0 or 1'],
  ['a length of 1 GB', Uint8Array.of(0, 0, 0xfe, 0xff, 0xff, 0xff), 'are left'],
  ['a length beyond that', Uint8Array.of(0, 0, 0xff), 'a length of more than 2^30'],
  ['too many events', Uint8Array.of(0, 0, 0, 0xfd, 0xff), 'events'],
])('%s is malformed', (_name, bytes, reason) => {
  expect(() => parseDstackAttestation(bytes)).toThrow(reason);
  expect(() => parseDstackAttestation(bytes)).toThrow(AssayError);
});

test('no bytes crash it', () => {
  const start = fc.constantFrom([], [0, 0], [0x83]);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (head, rest) => {
      try {
        parseDstackAttestation(Uint8Array.from([...head, ...rest]));
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
      }
    }),
  );
});
