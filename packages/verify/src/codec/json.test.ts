import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { AssayError, attempt } from '../errors.ts';
import { type Json, parseJson, parseJsonObject, rawMembers } from './json.ts';

const deep = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

/** True for keys that JSON writes as they are: others are refused, at any depth. */
const isPlain = (text: string): boolean => JSON.stringify(text) === `"${text}"`;
const hasPlainKeys = (value: Json): boolean =>
  typeof value !== 'object' ||
  value === null ||
  Object.entries(value).every(([name, member]) => (Array.isArray(value) || isPlain(name)) && hasPlainKeys(member));
const key = fc.string({ unit: 'binary', maxLength: 6 }).filter(isPlain);
const jsonText = fc.json({ maxDepth: 8, stringUnit: 'binary' }).filter((text) => hasPlainKeys(JSON.parse(text)));

describe('parseJson agrees with JSON.parse', () => {
  test('on every value', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('on what is no JSON', () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\ \n0-1.eEtrufalsn',
      'true',
      'null',
      '"a"',
      '"a":',
      '\\u0061',
      '\ud800',
      '__proto__',
    );
    const text = fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (source) => {
        let expected: Json | undefined;
        try {
          expected = JSON.parse(source);
        } catch {
          expect(() => parseJson(source, 'tcbInfo')).toThrow(expect.objectContaining({ code: 'malformed' }));
          return;
        }
        const parsed = attempt(() => parseJson(source));
        // Stricter in nothing but keys: the property above covers all values without such keys.
        if ('value' in parsed) expect(parsed.value).toEqual(expected);
        else expect(parsed.reason).toMatch(/duplicate keys|escape in a key/);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '',
    ' ',
    '{',
    '}',
    ']',
    '[1,]',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":}',
    '{a:1}',
    "{'a':1}",
    '"\n"',
    '"abc',
    '"\\',
    '"\\u00g0"',
    '01',
    '+1',
    '.5',
    'NaN',
    'Infinity',
    '1 2',
    '\ufeff{}',
    '{}\0',
    '// comment\n1',
    ']]]][[[[',
    '}'.repeat(40) + '{'.repeat(40),
  ])('refuses %j', (text) => {
    expect(() => parseJson(text, 'tcbInfo')).toThrow('tcbInfo: not JSON');
  });

  test('its message is the same in every runtime', () => {
    expect(() => parseJson('{"a":tru}', 'qeIdentity')).toThrow(/^qeIdentity: not JSON$/);
  });
});

describe('what JSON.parse lets through', () => {
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"a":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"x":{"a":{},"a":{"b":1}}}',
    '[[{"a":[],"b":1,"a":[{"c":1}]}]]',
    '{"a":{"b":1},"a":{"b":1}}',
    '{"1":1,"1":2}',
    '{"a:":1,"a:":2}',
  ])('duplicate keys are refused: %s', (text) => {
    expect(() => parseJson(text)).toThrow('duplicate keys');
  });

  test('a key written twice is refused wherever it stands (property)', () => {
    const member = fc.tuple(key, fc.jsonValue({ maxDepth: 0 }));
    fc.assert(
      fc.property(
        fc.uniqueArray(member, { selector: ([name]) => name, minLength: 1 }),
        fc.nat(),
        fc.nat(6),
        (members, pick, depth) => {
          const texts = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
          const wrap = (inner: string) => '[{"outer":'.repeat(depth) + inner + '}]'.repeat(depth);
          expect(parseJson(wrap(`{${texts.join(',')}}`))).toBeDefined();
          const twice = [...texts, texts[pick % texts.length]].join(',');
          expect(() => parseJson(wrap(`{${twice}}`))).toThrow('duplicate keys');
        },
      ),
    );
  });

  test.each([
    '{"\\u0061":1}',
    '{"a":1,"\\u0061":2}',
    '{"\\/":1,"/":2}',
    '{"\\"":1}',
    '[{"x":{"a\\\\":1}}]',
    '{"a\\n" :1}',
  ])('an escape in a key is refused: %s', (text) => {
    expect(() => parseJson(text)).toThrow('JSON: escape in a key');
  });

  // V8 13.6 reads the second key as tcb\u00 when it built an object of that shape before, and sees no duplicate.
  test('one text never shows two readers different members', () => {
    const seed = '{"seed":0,"tcb\\\\u00":0,"x":0,"y":0}';
    const text = `{"seed":${seed},"tcb\\u0049nfo":"signed","tcbInfo":"forged","signature":""}`;
    expect(() => parseJson(text, 'tcbInfo')).toThrow('tcbInfo: escape in a key');
  });

  test.each([
    '{"a":"x:y","b":":"}',
    '{"a:b":1,"a":2,"b":3}',
    '{"a":"\\":","b":"\\\\"}',
    '{"a":1,"A":2,"á":3,"a\u0301":4}',
    '{"__proto__":{"x":1},"constructor":2,"hasOwnProperty":3}',
    '[{"a":1},{"a":2}]',
    '"a:b"',
  ])('colons and quotes in strings are no members: %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test('__proto__ is a key like any other', () => {
    const parsed = parseJsonObject('{"__proto__":{"trusted":true}}');
    expect(Object.keys(parsed)).toEqual(['__proto__']);
    expect(parsed.trusted).toBeUndefined();
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  test('lone surrogates stay as they are', () => {
    expect(parseJson('["\\ud800"]')).toEqual(['\ud800']);
  });

  test.each(['1e999', '-1e999', '[{"a":1e400}]'])('%s is no number: it would come out as null', (text) => {
    expect(() => parseJson(text)).toThrow('number out of range');
  });

  test('nesting is bounded at 32, in strings it does not count', () => {
    expect(parseJson(deep(32))).toBeDefined();
    expect(() => parseJson(deep(33))).toThrow('nested deeper than 32');
    expect(() => parseJson(deep(33, '{"a":', '}'))).toThrow('nested deeper than 32');
    expect(() => parseJson('['.repeat(8_000_000))).toThrow('nested deeper than 32');
    expect(parseJson(`"${deep(100)}"`)).toBe(deep(100));
  });

  test('length is bounded at 16 MiB', () => {
    expect(() => parseJson(' '.repeat(16_777_217))).toThrow('16777217 characters exceed 16777216');
  });

  test('a megabyte of backslashes and quotes takes one pass', () => {
    for (const piece of ['\\\\', '\\"', '\\\\\\"', '":']) {
      attempt(() => parseJson(`{"a":"${piece.repeat(500_000)}"}`));
      attempt(() => parseJson(`"${piece.repeat(500_000)}`));
    }
  });
});

describe('rawMembers', () => {
  test('gives each value byte for byte, without the white space around it', () => {
    const text = ' { "tcbInfo" : {"a": [1, "}", {"b":"\\""}]} ,\n"signature":"ab,cd" , "n":-1.50e+3}\n';
    expect(rawMembers(text)).toEqual([
      { key: 'tcbInfo', text: '{"a": [1, "}", {"b":"\\""}]}' },
      { key: 'signature', text: '"ab,cd"' },
      { key: 'n', text: '-1.50e+3' },
    ]);
    expect(rawMembers('{}')).toEqual([]);
  });

  test('of any object, however it is spaced, are its members in order (property)', () => {
    const object = fc.dictionary(
      key,
      jsonText.map((text) => JSON.parse(text) as Json),
    );
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1, '\t', ' \n'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseJsonObject(text)).toEqual(JSON.parse(text));
        const members = rawMembers(text);
        expect(members.map(({ key }) => key)).toEqual(Object.keys(JSON.parse(text)));
        for (const member of members) {
          expect(text).toContain(member.text);
          expect(JSON.parse(member.text)).toEqual(JSON.parse(text)[member.key]);
        }
      }),
    );
  });

  test('of text that never was JSON ends, with nothing but a refusal', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', '"a"', ' ', '1');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        attempt(() => rawMembers(parts.join('')));
      }),
      { numRuns: 1000 },
    );
    expect(() => rawMembers('"a",{"b"')).toThrow(AssayError);
  });
});

describeWithVectors('real documents', () => {
  test('parse, and their signed part stands in the text as it was signed', () => {
    const paths = Object.keys(vectors).filter((path) => /(tcbInfo|qeIdentity)\.json$/.test(path));
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const text = vectorText(path);
      expect(parseJson(text, path)).toEqual(JSON.parse(text));
      const [signed, signature] = rawMembers(text);
      expect(text).toContain(signed?.text);
      expect([signed?.key, signature?.key]).toEqual([
        path.endsWith('tcbInfo.json') ? 'tcbInfo' : 'enclaveIdentity',
        'signature',
      ]);
    }
  });
});
