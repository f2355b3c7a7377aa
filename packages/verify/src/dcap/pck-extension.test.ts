import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, flag, integer, octets, oid, sequence } from '../../../../tools/der-in-tests.ts';
import type { Extensions } from '../codec/extensions.ts';
import { attempt } from '../errors.ts';
import { type PckPlatform, parsePckExtension, SGX_EXTENSION } from './pck-extension.ts';

type Entries = Readonly<Record<string, Uint8Array>>;

const numbers = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (from + index) & 0xff);
const entry = (arc: string, value: Uint8Array): Uint8Array => sequence(oid(`${SGX_EXTENSION}.${arc}`), value);
const list = (entries: Entries, prefix = ''): Uint8Array =>
  sequence(...Object.entries(entries).map(([arc, value]) => entry(`${prefix}${arc}`, value)));

const TCB: Entries = {
  ...Object.fromEntries(Array.from({ length: 16 }, (_, index) => [String(index + 1), integer(index * 17)])),
  '17': integer(13),
  '18': octets(numbers(16, 1)),
};
const FIVE: Entries = {
  '1': octets(numbers(16, 0)),
  '2': list(TCB, '2.'),
  '3': octets(Uint8Array.of(0, 1)),
  '4': octets(numbers(6, 40)),
  '5': integer(0, 0x0a),
};
const FLAGS: Entries = { '1': flag(true), '2': flag(false), '3': flag(true) };
const SEVEN: Entries = { ...FIVE, '5': integer(2, 0x0a), '6': octets(numbers(16, 60)), '7': list(FLAGS, '7.') };

const parse = (value: Uint8Array, kind: 'Processor' | 'Platform' = 'Processor'): PckPlatform => {
  const extensions: Extensions = new Map([[SGX_EXTENSION, { critical: false, value }]]);
  return parsePckExtension(extensions, kind);
};
const refused = (value: Uint8Array, kind: 'Processor' | 'Platform' = 'Processor'): boolean =>
  'reason' in attempt(() => parse(value, kind));
const without = (entries: Entries, arc: string): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => key !== arc));

describe('1.4 item 23: the SGX extension', () => {
  test('of a Processor CA has five entries', () => {
    expect(parse(list(FIVE))).toEqual({
      ppid: numbers(16, 0),
      componentSvns: Array.from({ length: 16 }, (_, index) => index * 17),
      pceSvn: 13,
      cpuSvn: numbers(16, 1),
      pceId: Uint8Array.of(0, 1),
      fmspc: numbers(6, 40),
      sgxType: 0,
      platformInstanceId: null,
      configuration: null,
    });
  });

  test('of a Platform CA has seven', () => {
    expect(parse(list(SEVEN), 'Platform')).toMatchObject({
      sgxType: 2,
      platformInstanceId: numbers(16, 60),
      configuration: { dynamicPlatform: true, cachedKeys: false, smtEnabled: true },
    });
  });

  test('has as many entries as its CA has, and no other number', () => {
    expect(refused(list(FIVE), 'Platform')).toBe(true);
    expect(refused(list(SEVEN))).toBe(true);
    expect(refused(list({ ...SEVEN, '8': integer(1) }), 'Platform')).toBe(true);
    expect(refused(list({ ...FIVE, '6': octets(numbers(16, 60)) }))).toBe(true);
    expect(refused(sequence())).toBe(true);
  });

  test.each(Object.keys(SEVEN))('needs entry %s, in its place or elsewhere, once', (arc) => {
    const rest = without(SEVEN, arc);
    const own = entry(arc, SEVEN[arc] ?? new Uint8Array(0));
    const items = Object.entries(rest).map(([key, value]) => entry(key, value));
    expect(refused(list(rest), 'Platform')).toBe(true);
    expect(refused(list({ ...rest, '9': integer(1) }), 'Platform')).toBe(true);
    expect(refused(sequence(...items, items[0] ?? own), 'Platform')).toBe(true);
    expect(parse(sequence(...items, own), 'Platform')).toEqual(parse(list(SEVEN), 'Platform'));
  });

  test.each(Object.keys(TCB))('needs TCB entry %s, once', (arc) => {
    const tcb = without(TCB, arc);
    const another = arc === '1' ? '2' : '1';
    const items = Object.entries(tcb).map(([key, value]) => entry(`2.${key}`, value));
    const twice = sequence(...items, entry(`2.${another}`, integer(1)));
    expect(refused(list({ ...FIVE, '2': list(tcb, '2.') }))).toBe(true);
    expect(refused(list({ ...FIVE, '2': list({ ...tcb, '19': integer(1) }, '2.') }))).toBe(true);
    expect(refused(list({ ...FIVE, '2': twice }))).toBe(true);
  });

  test.each<readonly [string, Uint8Array]>([
    ['1', octets(numbers(15, 0))],
    ['1', octets(numbers(17, 0))],
    ['1', integer(5)],
    ['2', octets(numbers(16, 0))],
    ['2', sequence()],
    ['3', octets(numbers(3, 0))],
    ['3', integer(0)],
    ['4', octets(numbers(5, 0))],
    ['4', octets(new Uint8Array(0))],
    ['5', integer(3, 0x0a)],
    ['5', integer(1)],
    ['5', der(0x0a, Uint8Array.of(0xff))],
    ['6', octets(numbers(17, 0))],
    ['7', sequence()],
    ['7', list(without(FLAGS, '3'), '7.')],
    ['7', list({ ...FLAGS, '4': flag(true) }, '7.')],
    ['7', list({ ...FLAGS, '1': integer(1) }, '7.')],
    ['7', list({ ...FLAGS, '1': der(0x01, Uint8Array.of(1)) }, '7.')],
    // The arcs of another branch.
    ['7', list(FLAGS, '2.')],
  ])('with a wrong entry %s is refused', (arc, value) => {
    expect(refused(list({ ...SEVEN, [arc]: value }), 'Platform')).toBe(true);
  });

  test('with OIDs that only look alike is refused', () => {
    const { '1': ppid = sequence(), ...rest } = FIVE;
    const items = Object.entries(rest).map(([key, value]) => entry(key, value));
    for (const id of [`${SGX_EXTENSION}.1.1`, '1.2.840.113741.1.13.2.1', `${SGX_EXTENSION}0.1`, SGX_EXTENSION]) {
      expect(refused(sequence(sequence(oid(id), ppid), ...items))).toBe(true);
    }
    expect(refused(sequence(sequence(oid(`${SGX_EXTENSION}.1`), ppid, ppid), ...items))).toBe(true);
    expect(refused(sequence(sequence(oid(`${SGX_EXTENSION}.1`)), ...items))).toBe(true);
  });

  test('with bytes after it is refused', () => {
    expect(refused(Uint8Array.of(...list(FIVE), 0))).toBe(true);
    expect(refused(list(FIVE).subarray(0, -1))).toBe(true);
  });

  test('is required', () => {
    expect(() => parsePckExtension(new Map(), 'Processor')).toThrow(/missing/);
  });
});

describe('1.4 item 23: ranges', () => {
  const tcb = (arc: string, value: Uint8Array): Uint8Array =>
    list({ ...FIVE, '2': list({ ...TCB, [arc]: value }, '2.') });

  test('a component beyond 255 parses, for a check of its own; a negative or endless one does not', () => {
    expect(parse(tcb('1', integer(256))).componentSvns[0]).toBe(256);
    expect(parse(tcb('16', integer(65_473))).componentSvns[15]).toBe(65_473);
    for (const bytes of [[0x80], [0xff], [], [0, 0], [0, 0x7f], [1, 0, 0, 0, 0]]) {
      expect(refused(tcb('1', der(0x02, Uint8Array.from(bytes))))).toBe(true);
    }
  });

  test('PCESVN is at most 65535', () => {
    expect(parse(tcb('17', integer(65_535))).pceSvn).toBe(65_535);
    expect(refused(tcb('17', integer(65_536)))).toBe(true);
    expect(refused(tcb('17', octets(Uint8Array.of(13))))).toBe(true);
  });

  test('CPUSVN has 16 bytes', () => {
    for (const length of [0, 15, 17]) expect(refused(tcb('18', octets(numbers(length, 0))))).toBe(true);
  });
});

test('no bytes make parsing throw anything but malformed', () => {
  const whole = list(SEVEN);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      expect(typeof refused(whole.with(at, byte), 'Platform')).toBe('boolean');
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => refused(bytes)));
});
