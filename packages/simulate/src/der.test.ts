import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import {
  bitString,
  boolean,
  contextTag,
  enumerated,
  integer,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';

const hex = (bytes: Uint8Array): string => bytesToHex(bytes);

test.each([
  [0, '020100'],
  [1, '020101'],
  [127, '02017f'],
  // A set top bit would read as negative: one zero octet more.
  [128, '02020080'],
  [255, '020200ff'],
  [256, '02020100'],
  [65_535, '020300ffff'],
])('INTEGER %i', (value, expected) => {
  expect(hex(integer(value))).toBe(expected);
});

test('INTEGER of bytes is minimal and positive', () => {
  expect(hex(integer(Uint8Array.of(0, 0, 5)))).toBe('020105');
  expect(hex(integer(Uint8Array.of(0x95, 0x6f)))).toBe('020300956f');
  expect(hex(integer(new Uint8Array(20)))).toBe('020100');
});

test.each([
  ['2.5.4.3', '0603550403'],
  ['1.2.840.113741.1.13.1', '06092a864886f84d010d01'],
  ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
])('OBJECT IDENTIFIER %s', (dotted, expected) => {
  expect(hex(objectIdentifier(dotted))).toBe(expected);
});

test('lengths take the short form up to 127 and the shortest long form after', () => {
  expect(hex(octetString(new Uint8Array(127))).slice(0, 4)).toBe('047f');
  expect(hex(octetString(new Uint8Array(128))).slice(0, 6)).toBe('048180');
  expect(hex(octetString(new Uint8Array(256))).slice(0, 8)).toBe('04820100');
  expect(hex(octetString(new Uint8Array(65_536))).slice(0, 10)).toBe('0483010000');
});

test('time is UTCTime until 2049 and GeneralizedTime after', () => {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(2));
  expect(text(time(new Date('2018-05-21T10:45:10Z')))).toBe('180521104510Z');
  expect(time(new Date('2049-12-31T23:59:59Z'))[0]).toBe(0x17);
  expect(text(time(new Date('2050-01-01T00:00:00.999Z')))).toBe('20500101000000Z');
  expect(time(new Date('2050-01-01T00:00:00Z'))[0]).toBe(0x18);
});

test('the other types', () => {
  expect(hex(boolean(true))).toBe('0101ff');
  expect(hex(boolean(false))).toBe('010100');
  expect(hex(enumerated(1))).toBe('0a0101');
  expect(hex(bitString(Uint8Array.of(0xc0), 6))).toBe('030206c0');
  expect(hex(utf8String('ü'))).toBe('0c02c3bc');
  expect(hex(printableString('US'))).toBe('13025553');
  expect(hex(setOf(sequence()))).toBe('31023000');
  expect(hex(contextTag(3, sequence()))).toBe('a3023000');
  expect(hex(contextTag(0, Uint8Array.of(1), { constructed: false }))).toBe('800101');
});
