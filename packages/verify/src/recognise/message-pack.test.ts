import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../codec/text.ts';
import { AssayError } from '../errors.ts';
import { decodeMessagePack } from './message-pack.ts';

const of = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const text = (value: string): number[] => [0xa0 + value.length, ...utf8(value)];

test.each([
  ['positive fixint', of(0x7f), 127],
  ['negative fixint', of(0xff), -1],
  ['nil', of(0xc0), null],
  ['false', of(0xc2), false],
  ['true', of(0xc3), true],
  ['uint 8', of(0xcc, 0xff), 255],
  ['uint 16', of(0xcd, 1, 0), 256],
  ['uint 32', of(0xce, 8, 0, 0, 1), 0x08000001],
  ['uint 64', of(0xcf, 0, 0, 0, 1, 0, 0, 0, 0), 2 ** 32],
  ['fixstr', of(...text('abc')), 'abc'],
  ['str 8', of(0xd9, 1, 0x61), 'a'],
  ['str 16', of(0xda, 0, 1, 0x61), 'a'],
  ['bin 8', of(0xc4, 2, 1, 2), of(1, 2)],
  ['bin 16', of(0xc5, 0, 1, 9), of(9)],
  ['fixarray', of(0x92, 1, 0xc0), [1, null]],
  ['array 16', of(0xdc, 0, 1, 5), [5]],
  ['fixmap', of(0x81, ...text('a'), 1), new Map([['a', 1]])],
  ['map 16', of(0xde, 0, 1, ...text('a'), 1), new Map([['a', 1]])],
])('%s', (_type, bytes, value) => {
  expect(decodeMessagePack(bytes)).toEqual(value);
});

test.each([
  ['nothing', of()],
  ['bytes after the value', of(1, 1)],
  ['a text that is cut short', of(0xa3, 0x61)],
  ['a length of 4 GB', of(0xc6, 0xff, 0xff, 0xff, 0xff)],
  ['4 billion items', of(0xdd, 0xff, 0xff, 0xff, 0xff)],
  ['4 billion members', of(0xdf, 0xff, 0xff, 0xff, 0xff)],
  ['nesting', Uint8Array.from({ length: 1000 }, () => 0x91)],
  ['a key that is no text', of(0x81, 1, 1)],
  ['a key twice', of(0x82, ...text('a'), 1, ...text('a'), 1)],
  ['an integer beyond 2^53', of(0xcf, 0xff, 0, 0, 0, 0, 0, 0, 0)],
  ['a float', of(0xca, 0, 0, 0, 0)],
  ['no UTF-8', of(0xa1, 0xff)],
])('%s is malformed', (_name, bytes) => {
  expect(() => decodeMessagePack(bytes)).toThrow(AssayError);
});

test('no bytes crash it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeMessagePack(bytes);
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
      }
    }),
  );
});
