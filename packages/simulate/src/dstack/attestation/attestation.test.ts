import { fromUtf8, Reader } from '@assay/verify/codec';
import { decode } from '@msgpack/msgpack';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runtimeEvent, type TdEvent } from '../event.ts';
import { encodeAttestation } from './attestation.ts';
import { encodeAttestationV0 } from './scale.ts';

/** Events of real machines, as published attestations have them. */
const ACPI: TdEvent = {
  register: 0,
  type: 10,
  digest: hexToBytes(
    '095d04cf26fe03aef6e3561fa24c1aa1cea93f4aeaf563b1f9f7616184c53454875925759434769cec2490acb563a337',
  ),
  name: 'acpi-loader',
  payload: utf8ToBytes('ACPI DATA'),
};
const PREPARING = runtimeEvent('system-preparing', new Uint8Array(0), 1);
const APP = runtimeEvent('app-id', hexToBytes('53226fcd7b6bc7ea979b0a550bf49cad993f28e2'), 1);
const DISK = runtimeEvent('storage-fs', utf8ToBytes('zfs'), 1);
const content = {
  quote: Uint8Array.of(4, 0, 2, 0, 0x81, 0x93),
  events: [ACPI, PREPARING, APP, DISK],
  reportData: new Uint8Array(64).fill(0x42),
  config: '{"spec_version":1}',
};

test('version 0: SCALE as published, with the runtime events repeated', () => {
  // The published one was made by an agent that left out the digests of runtime events.
  const events = content.events.map((event) => (event === ACPI ? event : { ...event, digest: new Uint8Array(0) }));
  expect(bytesToHex(encodeAttestationV0({ ...content, events }))).toBe(
    [
      '0000180400020081931000000000',
      '0a000000c0095d04cf26fe03aef6e3561fa24c1aa1cea93f4aeaf563b1f9f7616184c53454875925759434769cec2490acb563a3372c616370692d6c6f6164657224414350492044415441',
      '0300000001000008004073797374656d2d707265706172696e6700',
      '0300000001000008' + '00186170702d69645053226fcd7b6bc7ea979b0a550bf49cad993f28e2',
      '0300000001000008002873746f726167652d66730c7a6673',
      '0c4073797374656d2d707265706172696e6700186170702d69645053226fcd7b6bc7ea979b0a550bf49cad993f28e2',
      '2873746f726167652d66730c7a6673',
      '42'.repeat(64),
      '487b22737065635f76657273696f6e223a317d',
    ].join(''),
  );
});

test('version 1: MessagePack as published', () => {
  expect(bytesToHex(encodeAttestation('v1', content))).toBe(
    [
      '83a776657273696f6e01a8706c6174666f726d82a46b696e64a3746478a46461746182a571756f7465960400',
      '0200cc81cc93a96576656e745f6c6f6794',
      '85a3696d7200aa6576656e745f747970650aa6646967657374c430095d04cf26fe03aef6e3561fa24c1aa1cea93f4aeaf563b1f9f7616184c53454875925759434769cec2490acb563a337a56576656e74ab616370692d6c6f61646572ad6576656e745f7061796c6f6164c409414350492044415441',
      '85a3696d7203aa6576656e745f74797065ce08000001a6646967657374c430f9974020ef507068183313d0ca808e0d1ca9b2d1ad0c61f5784e7157c362c06536f5ddacdad4451693f48fcc72fff624a56576656e74b073797374656d2d707265706172696e67ad6576656e745f7061796c6f6164c400',
      '85a3696d7203aa6576656e745f74797065ce08000001a6646967657374c430c01f810f36f06cf7f599cf73c5d69c199e61b52892f2c725e847a20593e514e419762ba4546834ffa43564f66154e22ea56576656e74a66170702d6964ad6576656e745f7061796c6f6164c41453226fcd7b6bc7ea979b0a550bf49cad993f28e2',
      '85a3696d7203aa6576656e745f74797065ce08000001a6646967657374c430ba51104636900268b0e059fa3d266419d079d1e94aea26fb9fcbb8d764bf4c89a67ac271b8a0d1a3989945132a111fc7a56576656e74aa73746f726167652d6673ad6576656e745f7061796c6f6164c4037a6673',
      `a5737461636b82a46b696e64a664737461636ba46461746183ab7265706f72745f64617461dc0040${'42'.repeat(64)}`,
      'ae72756e74696d655f6576656e747393',
      '82a56576656e74b073797374656d2d707265706172696e67a77061796c6f6164c400',
      '82a56576656e74a66170702d6964a77061796c6f6164c41453226fcd7b6bc7ea979b0a550bf49cad993f28e2',
      '82a56576656e74aa73746f726167652d6673a77061796c6f6164c4037a6673',
      'a6636f6e666967b27b22737065635f76657273696f6e223a317d',
    ].join(''),
  );
});

describe('which version', () => {
  test('the unversioned API has version 0, API v1 has version 1', () => {
    expect(encodeAttestation('v0', content)).toEqual(encodeAttestationV0(content));
    expect(encodeAttestation('v1', content)[0]).toBe(0x83);
  });

  test('events that hash JSON go into version 1 only, with what they hash', () => {
    const events = [runtimeEvent('app-id', Uint8Array.of(1), 2)];
    const encoded = encodeAttestation('v0', { ...content, events });
    const preimage = '{"name":"app-id","payload":"01","type":134217729}';
    expect(decode(encoded)).toMatchObject({
      platform: { data: { event_log: [{ version: 2, preimage: Buffer.from(preimage).toString('hex') }] } },
      stack: { data: { runtime_events: [{ event: 'app-id', payload: Uint8Array.of(1), version: 2 }] } },
    });
  });
});

/** Reads SCALE, to the last byte. */
function readV0(bytes: Uint8Array): object {
  const reader = new Reader(bytes);
  expect([reader.u8('version'), reader.u8('platform')]).toEqual([0, 0]);
  const length = (): number => {
    const first = reader.u8('length');
    if ((first & 3) === 0) return first >> 2;
    const second = (first >> 2) | (reader.u8('length') << 6);
    return (first & 3) === 1 ? second : second | (reader.u16('length') << 14);
  };
  const blob = (): Uint8Array => reader.bytes(length(), 'bytes');
  const text = (): string => fromUtf8(blob(), 'text');
  const list = <T>(item: () => T): readonly T[] => Array.from({ length: length() }, item);
  const quote = blob();
  const events = list(() => ({
    register: reader.u32('register'),
    type: reader.u32('type'),
    digest: blob(),
    name: text(),
    payload: blob(),
  }));
  const repeated = list(() => [text(), bytesToHex(blob())]);
  const rest = { reportData: reader.bytes(64, 'report data'), config: text() };
  expect(reader.remaining).toBe(0);
  return { quote, events, repeated, ...rest };
}

const arbitraryEvent = fc.record({
  register: fc.constantFrom(0, 1, 2, 3),
  type: fc.nat(),
  digest: fc.uint8Array({ minLength: 48, maxLength: 48 }),
  name: fc.string({ unit: 'grapheme', maxLength: 80 }),
  payload: fc.uint8Array({ maxLength: 80 }),
});
const arbitrary = fc.record({
  quote: fc.constantFrom(0, 63, 64, 16_383, 16_384).map((size) => new Uint8Array(size).fill(0xee)),
  events: fc.array(arbitraryEvent as fc.Arbitrary<TdEvent>, { maxLength: 70 }),
  reportData: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  config: fc.string({ unit: 'grapheme' }),
});

test('version 0 can be read back, whatever it holds', () => {
  fc.assert(
    fc.property(arbitrary, (any) => {
      const runtime = any.events.filter(({ register }) => register === 3);
      const repeated = runtime.map(({ name, payload }) => [name, bytesToHex(payload)]);
      expect(readV0(encodeAttestationV0(any))).toEqual({ ...any, repeated });
    }),
    { numRuns: 50 },
  );
});

test('version 1 can be read back, whatever it holds', () => {
  fc.assert(
    fc.property(arbitrary, (any) => {
      const logged = any.events.map(({ register, type, digest, name, payload }) => ({
        imr: register,
        event_type: type,
        digest,
        event: name,
        event_payload: payload,
      }));
      const repeated = logged.filter(({ imr }) => imr === 3);
      expect(decode(encodeAttestation('v1', any))).toEqual({
        version: 1,
        platform: { kind: 'tdx', data: { quote: [...any.quote], event_log: logged } },
        stack: {
          kind: 'dstack',
          data: {
            report_data: [...any.reportData],
            runtime_events: repeated.map(({ event, event_payload }) => ({ event, payload: event_payload })),
            config: any.config,
          },
        },
      });
    }),
    { numRuns: 30 },
  );
});
