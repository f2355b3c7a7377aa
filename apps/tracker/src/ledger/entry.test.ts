import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EntryContent, entryHash, NO_ENTRY, nextEntry, parseEntry } from './entry.ts';

const place = { sequence: 0, previous: NO_ENTRY, at: 1_800_000_000 };
const hex = '0'.repeat(64);
const contents: readonly EntryContent[] = [
  { kind: 'register', user: 'alice', key: 'AAAA' },
  { kind: 'grant', to: 'alice', bytes: 1 },
  {
    ...{ kind: 'receipt', from: 'bob', to: 'alice', bytes: 16_384, infohash: 'ff' },
    ...{ piece: 0, pieces: 1, epoch: 500_000, receipt: hex },
  } as const,
  { kind: 'upstream', from: 'bob', to: 'alice', receipt: hex },
  { kind: 'export', user: 'alice', key: 'AAAA', tracker: 'one', importer: 'two', bytes: 1 },
  { kind: 'import', user: 'alice', exporter: 'one', exported: 7, hash: hex, bytes: 1 },
];

describe('entries', () => {
  test.each(contents)('of kind $kind are read as they were written', (content) => {
    const { text, hash } = nextEntry(content, place);
    expect(parseEntry(text)).toEqual({ ...content, sequence: 0, previous: hex, at: place.at });
    expect(Buffer.from(hash)).toEqual(Buffer.from(entryHash(text)));
  });

  test('have this form, which never changes', () => {
    const [first] = contents;
    if (first === undefined) throw new Error('no entry');
    expect(nextEntry(first, place).text).toBe(
      `{"at":1800000000,"key":"AAAA","kind":"register","previous":"${hex}","sequence":0,"user":"alice"}`,
    );
  });

  test.each<[string, (text: string) => string]>([
    ['another order', (text) => text.replace('{"at":1800000000,', '{').replace('}', ',"at":1800000000}')],
    ['white space', (text) => text.replace(',', ', ')],
    ['one member more', (text) => text.replace('{', '{"a":1,')],
    ['one member less', (text) => text.replace('"key":"AAAA",', '')],
    ['an unknown kind', (text) => text.replace('register', 'mint')],
    ['an amount below nothing', (text) => text.replace('1800000000', '-1')],
    ['a kind that every object has', (text) => text.replace('register', 'constructor')],
  ])('with %s are malformed', (_, change) => {
    const [first] = contents;
    if (first === undefined) throw new Error('no entry');
    expect(() => parseEntry(change(nextEntry(first, place).text))).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });

  test('no text crashes the reader: it is malformed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseEntry(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
      }),
    );
  });
});
