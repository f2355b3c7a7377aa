import { toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readingsOf } from './encoding.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const read = (value: string) => readingsOf(text(value)).map(({ encoding, bytes }) => `${encoding} ${toHex(bytes)}`);

test.each([
  ['0x0aFF', 'hex 0aff'],
  ['0a f\nf ', 'hex 0aff'],
  ['_-8=', 'base64 ffef'],
  ['{}', 'raw 7b7d'],
])('%j may be %s', (written, reading) => {
  expect(read(written)).toContain(reading);
});

test('a length that is none of base64 leaves the text itself', () => {
  expect(read('abcdz')).toEqual([`raw ${toHex(text('abcdz'))}`]);
});

test('bytes that are no text are themselves alone', () => {
  const bytes = Uint8Array.of(0x30, 0x80);
  expect(readingsOf(bytes)).toEqual([{ encoding: 'raw', bytes }]);
});

test('what is written in hexadecimal, base64 or base64url is read again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      for (const [encoding, written] of [
        ['hex', buffer.toString('hex')],
        ['base64', buffer.toString('base64')],
        ['base64', buffer.toString('base64url')],
      ] as const) {
        const found = readingsOf(text(written)).find((reading) => reading.encoding === encoding);
        expect(found && toHex(found.bytes)).toBe(toHex(bytes));
      }
    }),
  );
});
