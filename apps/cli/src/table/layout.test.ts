import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rows, wrap } from './layout.ts';
import { PLAIN, printable } from './style.ts';

test('words go on the next line, under the value', () => {
  const table = [
    { label: 'a', value: 'one two three four five six seven' },
    { label: 'long', value: 'x' },
  ];
  expect(rows(table, { indent: 2, columns: 32 }, PLAIN.dim)).toBe(
    '  a     one two three four five\n        six seven\n  long  x\n',
  );
});

test('hexadecimal is broken after 32 bytes, or after a multiple of 8', () => {
  expect(wrap('ab'.repeat(48), 80)).toEqual(['ab'.repeat(32), 'ab'.repeat(16)]);
  expect(wrap('ab'.repeat(48), 58).map(({ length }) => length)).toEqual([48, 48]);
  expect(wrap('ab'.repeat(48), 41).map(({ length }) => length)).toEqual([32, 32, 32]);
  expect(wrap('ab'.repeat(9), 11).map(({ length }) => length)).toEqual([10, 8]);
});

test('further lines can hang', () => {
  expect(wrap('? unchecked  one two three four', 26, 13)).toEqual(['? unchecked  one two three', '             four']);
});

test('no line is too long, and nothing is lost', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 200 });
  fc.assert(
    fc.property(text, fc.integer({ min: 24, max: 120 }), (value, width) => {
      const lines = wrap(value, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines.join('').replace(/ /g, '')).toBe(value.replace(/ /g, ''));
    }),
  );
});

test('what could move the cursor is shown, not obeyed', () => {
  expect(printable('a\u001b[2J\r\n\u202eb\u2028\u007f')).toBe('a\\x1b[2J\\x0d\\x0a\\u{202e}b\\u{2028}\\x7f');
  expect(wrap('\u001b]0;x\u0007 y', 40)).toEqual(['\\x1b]0;x\\x07 y']);
});
