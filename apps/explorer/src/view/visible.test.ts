import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleLines } from './visible.ts';

test.each([
  ['a right-to-left override', 'gnp\u202eexe', 'gnp⟨202E⟩exe'],
  ['what has no width', 'a\u200bb\ufeff', 'a⟨200B⟩b⟨FEFF⟩'],
  ['control characters, lines too', 'a\u001b[2J\n', 'a⟨001B⟩[2J⟨000A⟩'],
  ['tags, which nothing here reads', '<b>&amp;', '<b>&amp;'],
  ['letters of any script', 'Ünïçödé 署名 שלום', 'Ünïçödé 署名 שלום'],
])('%s', (_name, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('cuts what is too long', () => {
  expect(visible('a'.repeat(10), 3)).toBe('aaa…');
});

test('keeps the lines of a document', () => {
  expect(visibleLines('a\n\u202eb')).toBe('a\n⟨202E⟩b');
});

test('nothing that is not seen is left of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
