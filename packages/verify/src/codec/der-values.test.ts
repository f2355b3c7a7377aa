import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, integer, oid } from '../../../../tools/der-in-tests.ts';
import { attempt } from '../errors.ts';
import { type Der, readWholeDer, TAG } from './der.ts';
import { bitStringBytesOf, booleanOf, octetsOf, oidOf, smallIntegerOf, timeOf, unsignedOf } from './der-values.ts';
import { rawEcdsaSignature } from './ecdsa-signature.ts';
import { fromHex, toHex } from './hex.ts';
import { utf8 } from './text.ts';
import { fromIso, toIso } from './time.ts';

const element = (hex: string): Der => readWholeDer(fromHex(hex), 'value');
const timeElement = (tag: number, text: string): Der => readWholeDer(der(tag, utf8(text)), 'time');

describe('OBJECT IDENTIFIER (X.690 section 8.19)', () => {
  test.each([
    ['06082a8648ce3d030107', '1.2.840.10045.3.1.7'],
    ['060a2a864886f84d010d0101', '1.2.840.113741.1.13.1.1'],
    ['0603550403', '2.5.4.3'],
    ['06027f01', '2.47.1'],
    ['06028837', '2.999'],
    ['060100', '0.0'],
    ['060127', '0.39'],
    ['060128', '1.0'],
    ['060a2b060104019c78010301', '1.3.6.1.4.1.3704.1.3.1'],
  ])('%s is %s', (hex, dotted) => {
    expect(oidOf(element(hex), 'oid')).toBe(dotted);
  });

  test('come back', () => {
    const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(2 ** 28 - 1), { maxLength: 6 }));
    fc.assert(
      fc.property(arcs, ([first, second, rest]) => {
        const dotted = [first, second, ...rest].join('.');
        expect(oidOf(readWholeDer(oid(dotted), 'oid'), 'oid')).toBe(dotted);
      }),
    );
  });

  test.each([
    ['0600', 'malformed OID'],
    ['06022a86', 'malformed OID'],
    ['06032a8001', 'not minimal'],
    ['06028001', 'not minimal'],
    [`0621${'01'.repeat(33)}`, 'malformed OID'],
    ['060a2a' + 'ffffffffffffffff7f', 'too large'],
    ['020101', 'expected DER tag 0x6'],
  ])('refuses %s: %s', (hex, reason) => {
    expect(() => oidOf(element(hex), 'oid')).toThrow(reason);
  });
});

describe('INTEGER, BOOLEAN, BIT STRING, OCTET STRING', () => {
  test.each([
    ['020100', ''],
    ['020101', '01'],
    ['02017f', '7f'],
    ['02020080', '80'],
    ['020900ffffffffffffffff', 'ffffffffffffffff'],
  ])('INTEGER %s has the magnitude %s', (hex, magnitude) => {
    expect(toHex(unsignedOf(element(hex), 'serial'))).toBe(magnitude);
  });

  test.each([
    ['0200', 'empty'],
    ['020180', 'negative'],
    ['0201ff', 'negative'],
    ['02020001', 'not minimal'],
    ['0202007f', 'not minimal'],
    ['02020000', 'not minimal'],
    ['0401' + '01', 'expected DER tag 0x2'],
  ])('refuses INTEGER %s: %s', (hex, reason) => {
    expect(() => unsignedOf(element(hex), 'serial')).toThrow(reason);
  });

  test('small integers come back up to 32 bits, and larger ones are refused', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (value) => {
        expect(smallIntegerOf(readWholeDer(integer(value), 'x'), 'x')).toBe(value);
        expect(smallIntegerOf(readWholeDer(integer(value, 0x0a), 'x'), 'x', TAG.enumerated)).toBe(value);
      }),
    );
    expect(() => smallIntegerOf(element('02050100000000'), 'svn')).toThrow('svn: INTEGER of 5 bytes');
    expect(() => smallIntegerOf(element('0a0101'), 'svn')).toThrow('expected DER tag 0x2');
  });

  test('BOOLEAN is 00 or ff', () => {
    expect([booleanOf(element('010100'), 'x'), booleanOf(element('0101ff'), 'x')]).toEqual([false, true]);
    for (const hex of ['0100', '010101', '01020000', '0102ffff', '0201ff']) {
      expect(() => booleanOf(element(hex), 'critical')).toThrow('critical: ');
    }
  });

  test('BIT STRING has no unused bits', () => {
    expect(toHex(bitStringBytesOf(element('030200ab'), 'key'))).toBe('ab');
    expect(bitStringBytesOf(element('030100'), 'key')).toHaveLength(0);
    for (const hex of ['0300', '030201ab', '030208ab', '2305030300abcd']) {
      expect(() => bitStringBytesOf(element(hex), 'key')).toThrow('key: ');
    }
  });

  test('OCTET STRING is primitive', () => {
    expect(toHex(octetsOf(element('0402abcd'), 'value'))).toBe('abcd');
    expect(() => octetsOf(element('24040402abcd'), 'value')).toThrow('expected DER tag 0x4, found 0x24');
  });
});

describe('times (RFC 5280 section 4.1.2.5)', () => {
  test.each([
    [TAG.utcTime, '491231235959Z', '2049-12-31T23:59:59Z'],
    [TAG.utcTime, '700101000000Z', '1970-01-01T00:00:00Z'],
    [TAG.utcTime, '991231235959Z', '1999-12-31T23:59:59Z'],
    [TAG.utcTime, '000229000000Z', '2000-02-29T00:00:00Z'],
    [TAG.generalizedTime, '20500101000000Z', '2050-01-01T00:00:00Z'],
    [TAG.generalizedTime, '99991231235959Z', '9999-12-31T23:59:59Z'],
  ])('%d %s is %s', (tag, text, iso) => {
    expect(timeOf(timeElement(tag, text), 'notAfter')).toBe(fromIso(iso));
  });

  test.each([
    [TAG.utcTime, '500101000000Z'],
    [TAG.utcTime, '2501010000Z'],
    [TAG.utcTime, '250101000000'],
    [TAG.utcTime, '250101000000+0000'],
    [TAG.utcTime, '250230000000Z'],
    [TAG.utcTime, '250101240000Z'],
    [TAG.utcTime, '25010100000aZ'],
    [TAG.utcTime, '25010100000:Z'],
    [TAG.utcTime, '-50101000000Z'],
    [TAG.utcTime, '20250101000000Z'],
    [TAG.generalizedTime, '20250101000000.5Z'],
    [TAG.generalizedTime, '2025010100000Z'],
    [TAG.generalizedTime, '19691231235959Z'],
    [TAG.generalizedTime, '00000101000000Z'],
    [TAG.octetString, '250101000000Z'],
  ])('refuses %d %s', (tag, text) => {
    expect(() => timeOf(timeElement(tag, text), 'notAfter')).toThrow(/^notAfter: /);
  });

  test('come back, and no bytes crash it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: fromIso('9999-12-31T23:59:59Z') }), (time) => {
        const digits = toIso(time).replaceAll(/[-:T]/g, '');
        expect(timeOf(timeElement(TAG.generalizedTime, digits), 'x')).toBe(time);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(TAG.utcTime, TAG.generalizedTime), fc.uint8Array({ maxLength: 16 }), (tag, data) => {
        attempt(() => timeOf(readWholeDer(der(tag, data), 'x'), 'x'));
      }),
    );
  });
});

describe('ECDSA signatures (RFC 3279 section 2.2.3)', () => {
  test('become r ‖ s, padded on the left', () => {
    const raw = rawEcdsaSignature(fromHex('3008020101020300ff02'), 32);
    expect(toHex(raw)).toBe(`${'00'.repeat(31)}01${'00'.repeat(30)}ff02`);
  });

  test.each([
    ['3003020101', 'expected r and s'],
    ['3009020101020101020101', 'more than 2'],
    ['300602010102018f', 'negative'],
    ['300702010102020001', 'not minimal'],
    ['300602010102010100', 'after its end'],
    [`3026022101${'00'.repeat(32)}020101`, 'longer than 32'],
    ['020101', 'expected DER tag 0x30'],
  ])('refuses %s: %s', (hex, reason) => {
    expect(() => rawEcdsaSignature(fromHex(hex), 32)).toThrow(reason);
  });
});
