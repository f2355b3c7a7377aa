import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attempt } from '../errors.ts';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts';
import { utf8 } from './text.ts';

const bytes = fc.uint8Array({ maxLength: 100 });
const binary = (data: Uint8Array): string => String.fromCharCode(...data);

describe('base64 (RFC 4648 section 4)', () => {
  test.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('test vector %s: %s (section 10)', (plain, encoded) => {
    expect(toBase64(utf8(plain))).toBe(encoded);
    expect(fromBase64(encoded)).toEqual(utf8(plain));
  });

  test('is what the platform makes of the same bytes, and comes back', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(toBase64(data)).toBe(btoa(binary(data)));
        expect(fromBase64(toBase64(data))).toEqual(data);
      }),
    );
  });

  test.each([
    ['Zg', 'length 2'],
    ['Zg=', 'length 3'],
    ['Z===', 'not base64'],
    ['====', 'not base64'],
    ['Zg==Zg==', 'not base64'],
    ['=Zg=', 'not base64'],
    ['Zh==', 'stray bits'],
    ['Zm9=', 'stray bits'],
    ['Zm9v\n', 'length 5'],
    ['Zm9v   \n', 'not base64'],
    ['Zm-_', 'not base64'],
    ['Zmé=', 'not base64'],
    ['Zm\ud83d\ude00', 'not base64'],
  ])('refuses %j', (text, reason) => {
    expect(() => fromBase64(text, 'quote')).toThrow(reason);
    expect(() => fromBase64(text, 'quote')).toThrow(/^quote: /);
  });
});

describe('base64url (RFC 4648 section 5)', () => {
  test('has its own two letters and no padding, and comes back', () => {
    expect(toBase64Url(Uint8Array.of(0xfb, 0xff, 0xbf, 0xfe))).toBe('-_-__g');
    fc.assert(
      fc.property(bytes, (data) => {
        expect(fromBase64Url(toBase64Url(data))).toEqual(data);
      }),
    );
  });

  test.each(['A', 'AAAAA', 'Zg==', 'Zm+/', 'Zh', 'Z g'])('refuses %j', (text) => {
    expect(() => fromBase64Url(text)).toThrow();
  });
});

test('no two texts stand for the same bytes, and no text crashes it', () => {
  const nearly = fc.string({ unit: fc.constantFrom('A', 'Q', 'g', '/', '+', '-', '_', '=', '\n', 'é'), maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string({ unit: 'binary' })), (text) => {
      const standard = attempt(() => fromBase64(text));
      if ('value' in standard) expect(toBase64(standard.value)).toBe(text);
      const urlSafe = attempt(() => fromBase64Url(text));
      if ('value' in urlSafe) expect(toBase64Url(urlSafe.value)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test('a megabyte takes no special path', () => {
  const data = new Uint8Array(1_000_001).map((_, index) => index * 7);
  expect(fromBase64(toBase64(data))).toEqual(data);
});
