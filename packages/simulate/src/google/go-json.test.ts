import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GoJson, goQuote, readGoJson } from './go-json.ts';

const read = (text: string) => readGoJson(new TextEncoder().encode(text));
const errorOf = (text: string): string | undefined => {
  const result = read(text);
  return 'error' in result ? result.error : undefined;
};

describe('what Go says of broken JSON', () => {
  test.each([
    ['', 'EOF'],
    [' \n', 'EOF'],
    ['{"a":', 'unexpected EOF'],
    ['{"a":"b', 'unexpected EOF'],
    ['tru', 'unexpected EOF'],
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" "b"}', "invalid character '\"' after object key"],
    ['{"a":1 2}', "invalid character '2' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['\u00ef\u00bb', "invalid character 'Ã' looking for beginning of value"],
    ['\u0000', "invalid character '\\x00' looking for beginning of value"],
    ['['.repeat(20_000), 'exceeded max depth'],
  ])('%j: %s', (text, error) => {
    expect(errorOf(text)).toBe(error);
  });
});

test('what follows the first value is ignored', () => {
  for (const text of ['{} x', '{}}', '[]]', '"a"b', '12 x', '01', 'null{']) expect(errorOf(text)).toBeUndefined();
});

test('strings are read as Go reads them', () => {
  expect(read('"a\\n\\u00e9\\ud800"')).toEqual({ value: { kind: 'string', value: 'a\né\ufffd' } });
  expect(readGoJson(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ value: { kind: 'string', value: '\ufffd' } });
});

test('quotes as %q', () => {
  expect(goQuote('a"\\\u0000\u00a0\u{e0001} é')).toBe('"a\\"\\\\\\x00\\u00a0\\U000e0001 é"');
});

test('all JSON is read, members in order', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const result = read(text);
      if ('error' in result) throw new Error(result.error);
      expect(shapeOf(result.value)).toEqual(shapeOfJson(JSON.parse(text)));
    }),
  );
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(readGoJson(bytes)).toBeTypeOf('object');
    }),
  );
});

function shapeOf(value: GoJson): unknown {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'array') return value.items.map(shapeOf);
  if (value.kind !== 'object') return value.kind === 'null' ? null : { [value.kind]: true };
  return new Map(value.members.map(([key, member]) => [key, shapeOf(member)]));
}

function shapeOfJson(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return { number: true };
  if (typeof value === 'boolean') return { bool: true };
  if (Array.isArray(value)) return value.map(shapeOfJson);
  if (typeof value !== 'object' || value === null) return null;
  return new Map(Object.entries(value).map(([key, member]) => [key.toWellFormed(), shapeOfJson(member)]));
}
