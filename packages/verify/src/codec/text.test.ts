import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attempt } from '../errors.ts';
import { fromHex } from './hex.ts';
import { fromUtf8, utf8 } from './text.ts';

describe('UTF-8', () => {
  test('comes back, short and long, a byte order mark included', () => {
    expect(utf8('a\u00e9\u20ac\u{1f600}')).toEqual(fromHex('61c3a9e282acf09f9880'));
    expect(fromUtf8(fromHex('efbbbf61'))).toBe('\ufeffa');
    expect(fromUtf8(new Uint8Array(64))).toBe('\0'.repeat(64));
    expect(fromUtf8(new Uint8Array(65))).toBe('\0'.repeat(65));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
  });

  test.each([
    ['a continuation alone', '80'],
    ['a sequence cut short', 'e282'],
    ['an overlong slash', 'c0af'],
    ['an overlong NUL', 'e08080'],
    ['a surrogate', 'eda080'],
    ['a pair of surrogates', 'eda080edb080'],
    ['beyond U+10FFFF', 'f4908080'],
    ['five bytes', 'f888808080'],
    ['ff', 'ff'],
    ['a stray byte after 64 letters', `${'61'.repeat(64)}80`],
  ])('%s is refused', (_what, hex) => {
    expect(() => fromUtf8(fromHex(hex), 'issuer')).toThrow(/^issuer: not UTF-8$/);
  });

  test('two byte strings never give one text', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ max: 0x7f, maxLength: 80 }));
    fc.assert(
      fc.property(bytes, (data) => {
        const text = attempt(() => fromUtf8(data));
        if ('value' in text) expect(utf8(text.value)).toEqual(data);
      }),
    );
  });
});
