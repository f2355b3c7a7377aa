import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGroups, sizeOf } from './groups.ts';

const text = Buffer.alloc(2).toString('base64');
const upstream = {
  receiver_public_key: text,
  sender_pk: text,
  infohash: 'ff',
  piece_hash: 'ff',
  piece_index: 0,
  timestamp: 0,
  signature: text,
};

describe('groups of a report', () => {
  test('are told apart by what they have', () => {
    const groups = parseGroups([
      { certificate: text, receipts: [text], signatures: [text] },
      { receipts: [text, text], signatures: [text, text] },
      { receipts: [text, text, text], signature: text },
      upstream,
    ]);
    expect(groups.map(({ kind }) => kind)).toEqual(['session', 'signed', 'aggregate', 'upstream']);
    expect(groups.map(sizeOf)).toEqual([1, 2, 3, 1]);
  });

  test.each<[string, unknown, number]>([
    ['fewer signatures than receipts', { receipts: [text, text], signatures: [text] }, 2],
    ['no signatures at all', { receipts: [text] }, 1],
    ['a certificate that is no text', { certificate: 7, receipts: [text], signatures: [text] }, 1],
    ['an aggregate with one receipt that is no base64', { receipts: [text, '*'], signature: text }, 2],
    ['an aggregate of too many', { receipts: Array(65).fill(text), signature: text }, 65],
    ['a number', 7, 1],
    ['null', null, 1],
    ['an older receipt without a time', { ...upstream, timestamp: undefined }, 1],
    ['an older receipt of half a piece', { ...upstream, piece_index: 0.5 }, 1],
    ['an older receipt before 1970', { ...upstream, timestamp: -1 }, 1],
  ])('are malformed by themselves, with a verdict for each receipt: %s', (_, group, count) => {
    const [malformed, good] = parseGroups([group, { receipts: [text], signature: text }]);
    expect(malformed).toMatchObject({ kind: 'malformed', count });
    expect(good).toMatchObject({ kind: 'aggregate' });
  });

  test('of a bad receipt among good ones lose that one alone', () => {
    const [group] = parseGroups([{ receipts: [text, '*', text], signatures: [text, text, 7] }]);
    const malformed = expect.stringMatching(/base64/);
    expect(group).toMatchObject({ items: [{ bytes: new Uint8Array(2) }, { malformed }, { malformed }] });
  });

  test('no JSON crashes the reader: there are groups, or the report is malformed', () => {
    const group = fc.record(
      {
        certificate: fc.jsonValue(),
        receipts: fc.oneof(fc.jsonValue(), fc.array(fc.base64String())),
        signatures: fc.oneof(fc.jsonValue(), fc.array(fc.base64String())),
        signature: fc.oneof(fc.jsonValue(), fc.base64String()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(group)), (value) => {
        try {
          expect(parseGroups(value)).toHaveLength((value as readonly unknown[]).length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed', details: { field: 'receipts' } });
        }
      }),
    );
  });
});
