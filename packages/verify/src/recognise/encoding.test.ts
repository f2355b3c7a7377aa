import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64, toBase64Url } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { readingsOf } from './encoding.ts';

const read = (value: string) => readingsOf(utf8(value)).map(({ encoding, bytes }) => `${encoding} ${toHex(bytes)}`);

test.each([
  ['0x0aFF', 'hex 0aff'],
  ['0a f\nf ', 'hex 0aff'],
  ['_-8=', 'base64 ffef'],
  ['{}', 'raw 7b7d'],
])('%j may be %s', (written, reading) => {
  expect(read(written)).toContain(reading);
});

test('a length that is none of base64 leaves the text itself', () => {
  expect(read('abcdz')).toEqual([`raw ${toHex(utf8('abcdz'))}`]);
});

test('bytes that are no text are themselves alone', () => {
  const bytes = Uint8Array.of(0x30, 0x80);
  expect(readingsOf(bytes)).toEqual([{ encoding: 'raw', bytes }]);
});

test('what is written in hexadecimal, base64 or base64url is read again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      for (const [encoding, written] of [
        ['hex', toHex(bytes)],
        ['base64', toBase64(bytes)],
        ['base64', toBase64Url(bytes)],
      ] as const) {
        const found = readingsOf(utf8(written)).find((reading) => reading.encoding === encoding);
        expect(found && toHex(found.bytes)).toBe(toHex(bytes));
      }
    }),
  );
});
