import { buildStatement } from '@assay/verify/binding';
import { fromUtf8 } from '@assay/verify/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStatements, type StatementRequest } from './statement.ts';

const instance = 'ab'.repeat(32);
const nonce = '0f'.repeat(32);
const key = { use: 'tls', spkiSha256: 'cd'.repeat(32) };
const request: StatementRequest = { type: 'attestation', nonce, aud: null, keys: [key], claims: { name: 'shop' } };

describe('statements made one after the other', () => {
  test('are those that would be made alone, whatever they have in common', () => {
    const words = fc.constantFrom('', 'me', '"nonce":null', '\\', 'é', '\ud800', '{}');
    const hex = fc.constantFrom(nonce, 'ff'.repeat(16), '00'.repeat(64), 'FF'.repeat(16), '0f', `${nonce}\n`, '');
    const requests = fc.record({
      type: fc.constantFrom<StatementRequest['type'][]>('attestation', 'checkpoint', 'session'),
      nonce: fc.option(hex),
      aud: fc.option(words),
      keys: fc.constantFrom([], [key], [key, key], [{ use: '', spkiSha256: '' }]),
      claims: fc.dictionary(fc.constantFrom('name', 'nonce', 'b', '__proto__'), fc.oneof(words, fc.integer()), {
        maxKeys: 2,
      }),
    });
    const outcome = (make: () => Uint8Array): string => {
      try {
        return fromUtf8(make());
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(requests, fc.nat({ max: 1 })), { maxLength: 6 }), (all) => {
        let seconds = 0;
        const statementOf = createStatements({ instance, clock: () => new Date(seconds * 1000) });
        for (const [each, later] of all) {
          seconds += later;
          const alone = (): Uint8Array => buildStatement({ ...each, instance, issuedAt: seconds });
          expect(outcome(() => statementOf(each))).toBe(outcome(alone));
        }
      }),
    );
  });

  test('say what is said now, also when keys and claims are changed where they stand', () => {
    const statementOf = createStatements({ instance, clock: () => new Date(0) });
    const [keys, claims] = [[key], { name: 'shop' }];
    statementOf({ ...request, keys, claims });
    keys.push({ ...key, use: 'next' });
    claims.name = 'other';
    const text = fromUtf8(statementOf({ ...request, keys, claims }));
    expect(text).toContain('"name":"other"');
    expect(text).toContain('"use":"next"');
  });

  test('are never longer than a statement may be, by their nonce', () => {
    const statementOf = createStatements({ instance, clock: () => new Date(0) });
    const lengthOf = (text: string): number => statementOf({ ...request, claims: { text } }).length;
    const longest = 'x'.repeat(65_536 - lengthOf(''));
    expect(lengthOf(longest)).toBe(65_536);
    expect(() => lengthOf(`${longest}x`)).toThrow(/65537 bytes exceed 65536/);
    expect(statementOf({ ...request, nonce: '0f'.repeat(16), claims: { text: `${longest}x` } })).toHaveLength(65_505);
  });
});
