import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attempt } from '../errors.ts';
import { fromHex, toHex } from './hex.ts';

describe('hexadecimal', () => {
  test('is lower case, and comes back from either case', () => {
    expect(toHex(Uint8Array.of(0, 1, 0xab, 0xff))).toBe('0001abff');
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        expect(toHex(data)).toBe([...data].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
        expect(fromHex(toHex(data))).toEqual(data);
        expect(fromHex(toHex(data).toUpperCase())).toEqual(data);
      }),
    );
  });

  test.each(['0', '0x00', '0g', 'g0', ' 00', '00 ', '0\n', '００', '\u{10130}', '@0', '`0', '/0', ':0', 'G0'])(
    'refuses %j',
    (text) => {
      expect(() => fromHex(text, 'nonce')).toThrow(/^nonce: /);
    },
  );

  test('every other pair of characters is refused', () => {
    for (let code = 0; code < 0x200; code += 1) {
      const character = String.fromCharCode(code);
      expect('value' in attempt(() => fromHex(`0${character}`))).toBe(/[0-9a-fA-F]/.test(character));
    }
  });
});
