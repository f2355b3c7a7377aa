import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBencode, decodeBencodePrefix } from './decode.ts';
import { encodeBencode } from './encode.ts';
import type { Bencode } from './value.ts';

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const { value: values } = fc.letrec<{ value: Bencode }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger().map((number) => number + 0),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.uint8Array({ maxLength: 8 }), tie('value')), { maxLength: 4 })
      .map((members) => new Map(members.map(([key, value]) => [Buffer.from(key).toString('latin1'), value]))),
  ),
}));

describe('BEP 3: bencoding', () => {
  test.each([
    ['4:spam', ascii('spam')],
    ['0:', ascii('')],
    ['i3e', 3],
    ['i-3e', -3],
    ['i0e', 0],
    ['l4:spam4:eggse', [ascii('spam'), ascii('eggs')]],
    [
      'd3:cow3:moo4:spaml1:a1:bee',
      new Map<string, Bencode>([
        ['cow', ascii('moo')],
        ['spam', [ascii('a'), ascii('b')]],
      ]),
    ],
    ['de', new Map()],
  ])('%s', (text, value) => {
    expect(decodeBencode(ascii(text))).toEqual(value);
    expect(Buffer.from(encodeBencode(value)).toString('latin1')).toBe(text);
  });

  test('keys are sorted as bytes, not as UTF-8 text', () => {
    const dictionary = new Map<string, Bencode>([
      ['\u00ff', 1],
      ['a', 2],
      ['\u0080', 3],
    ]);
    expect(Buffer.from(encodeBencode(dictionary)).toString('latin1')).toBe('d1:ai2e1:\u0080i3e1:\u00ffi1ee');
  });

  test('a message may go on after its value (BEP 10)', () => {
    expect(decodeBencodePrefix(ascii('i7eraw'))).toEqual({ value: 7, end: 3 });
  });

  test.each([
    ['', 'a value'],
    ['i3', 'digits and their end'],
    ['ie', 'digits and their end'],
    ['i03e', 'a number in its shortest form'],
    ['i-0e', 'a number in its shortest form'],
    ['i9007199254740992e', 'a safe integer'],
    ['01:a', 'a number in its shortest form'],
    ['-1:a', 'a value'],
    ['5:spam', '5 bytes'],
    ['99999999999999999999:a', 'a safe integer'],
    ['d1:bi1e1:ai2ee', 'keys in order, each once'],
    ['d1:ai1e1:ai2ee', 'keys in order, each once'],
    ['di1ei2ee', 'digits and their end'],
    ['li1e', 'a value'],
    ['i1ei2e', 'the end'],
    [`${'l'.repeat(65)}${'e'.repeat(65)}`, 'at most 64 levels'],
  ])('%s is refused', (text, expected) => {
    expect(() => decodeBencode(ascii(text))).toThrow(
      expect.objectContaining({ code: 'malformed', details: expect.objectContaining({ expected }) }),
    );
  });

  test('any value comes back, and has one encoding', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeBencode(value);
        expect(encodeBencode(decodeBencode(bytes))).toEqual(bytes);
      }),
    );
  });

  test('any bytes are decoded as their one encoding, or are malformed', () => {
    const letters = fc
      .array(fc.constantFrom(...'dlie0123456789:-a'), { maxLength: 30 })
      .map((all) => ascii(all.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), letters), (bytes) => {
        let value: Bencode;
        try {
          value = decodeBencode(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed' });
          return;
        }
        expect(new Uint8Array(encodeBencode(value))).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});
