import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssayError } from '../errors.ts';
import { concatBytes, equalBytes, isZero, trimTrailingZeros } from './bytes.ts';
import { fromHex } from './hex.ts';
import { Reader } from './reader.ts';

describe('Reader', () => {
  test('reads little-endian numbers and views, inside a larger buffer', () => {
    const data = fromHex('ff0102030405060708090a0b0c0d0e0fffff').subarray(1, 17);
    const reader = new Reader(data);
    expect([reader.u8('a'), reader.u16('b'), reader.u32('c'), reader.u64('d')]).toEqual([
      1,
      0x0302,
      0x07060504,
      0x0f0e0d0c0b0a0908n,
    ]);
    expect([reader.offset, reader.remaining]).toEqual([15, 1]);
    expect(reader.bytes(1, 'rest')).toEqual(Uint8Array.of(0xff));
    expect(reader.bytes(0, 'nothing')).toHaveLength(0);
  });

  test('views share memory with the source: nothing is copied', () => {
    const data = new Uint8Array(8);
    const view = new Reader(data).bytes(4, 'view');
    data[0] = 7;
    expect(view[0]).toBe(7);
  });

  test('says which field needs how much', () => {
    const reader = new Reader(new Uint8Array(3));
    reader.u8('first');
    expect(() => reader.u32('length of the quote')).toThrow(
      expect.objectContaining({
        code: 'malformed',
        message: 'length of the quote: needs 4 bytes at offset 1, 2 are left',
        details: { field: 'length of the quote', expected: '4 bytes', actual: '2 bytes' },
      }),
    );
    expect(reader.offset).toBe(1);
  });

  test('no sequence of reads goes beyond the bytes', () => {
    const read = fc.constantFrom('u8', 'u16', 'u32', 'u64');
    const step = fc.oneof(read, fc.oneof(fc.nat(40), fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 53)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(step), (data, steps) => {
        const reader = new Reader(data);
        for (const one of steps) {
          const before = reader.offset;
          const size = typeof one === 'number' ? one : { u8: 1, u16: 2, u32: 4, u64: 8 }[one];
          try {
            if (typeof one === 'number') expect(reader.bytes(one, 'x')).toHaveLength(one);
            else reader[one]('x');
            expect(reader.offset).toBe(before + size);
          } catch (error) {
            expect(error).toBeInstanceOf(AssayError);
            expect(size).toBeGreaterThan(data.length - before);
            expect(reader.offset).toBe(before);
          }
          expect(reader.offset + reader.remaining).toBe(data.length);
        }
      }),
    );
  });
});

describe('bytes', () => {
  test('are compared, joined and trimmed', () => {
    expect(equalBytes(fromHex('0102'), fromHex('0102'))).toBe(true);
    expect(equalBytes(fromHex('0102'), fromHex('0103'))).toBe(false);
    expect(equalBytes(fromHex('0102'), fromHex('010200'))).toBe(false);
    expect(equalBytes(fromHex(''), fromHex(''))).toBe(true);
    expect([isZero(fromHex('0000')), isZero(fromHex('')), isZero(fromHex('0001'))]).toEqual([true, true, false]);
    expect(concatBytes(fromHex('01'), fromHex(''), fromHex('0203'))).toEqual(fromHex('010203'));
    expect(concatBytes()).toEqual(new Uint8Array());
    expect(trimTrailingZeros(fromHex('00010000'))).toEqual(fromHex('0001'));
    expect(trimTrailingZeros(fromHex('0000'))).toEqual(new Uint8Array());
  });
});
