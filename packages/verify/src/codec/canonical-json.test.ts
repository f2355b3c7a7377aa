import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssayError } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { type Json, parseJson } from './json.ts';

/** Keys that need no escapes: others are not read. */
const key = fc.string({ unit: 'binary' }).filter((text) => JSON.stringify(text) === `"${text}"`);
/** JSON as statements have it: integers, well-formed strings. */
const { tree } = fc.letrec<{ tree: Json; leaf: Json }>((tie) => ({
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((value) => value || 0),
    fc.string({ unit: 'binary' }),
  ),
  tree: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
  ),
}));

describe('canonical JSON (RFC 8785)', () => {
  test('sorts members by UTF-16 code units (section 3.2.3)', () => {
    const members = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(members)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
  });

  test('escapes only what must be escaped (section 3.2.2.2)', () => {
    expect(canonicalJson('\b\t\n\f\r"\\/\u0001\u007f\u2028é')).toBe('"\\b\\t\\n\\f\\r\\"\\\\/\\u0001\u007f\u2028é"');
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53])('refuses the number %d', (value) => {
    expect(() => canonicalJson({ value })).toThrow(AssayError);
  });

  test('refuses a lone surrogate, in a name too', () => {
    expect(() => canonicalJson('\ud800')).toThrow(/surrogate/);
    expect(() => canonicalJson({ '\udfff': 1 })).toThrow(/surrogate/);
  });

  test('reads back as the same value, and is its own canonical form', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = canonicalJson(value);
        const back = parseJson(text);
        expect(back).toEqual(value);
        expect(canonicalJson(back)).toBe(text);
      }),
    );
  });

  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree, { maxKeys: 8 }), fc.infiniteStream(fc.nat()), (members, order) => {
        const ranked = Object.entries(members).map((entry) => ({ entry, rank: order.next().value as number }));
        const shuffled = Object.fromEntries(ranked.toSorted((a, b) => a.rank - b.rank).map(({ entry }) => entry));
        expect(canonicalJson(shuffled)).toBe(canonicalJson(members));
      }),
    );
  });
});
