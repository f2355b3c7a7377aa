import { hkdfSync } from 'node:crypto';
import { toHex } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import { createSoftwareKeys } from './software.ts';

const secret = Uint8Array.from({ length: 32 }, (_, index) => index);
const keyOf = async (purpose: string, from = secret): Promise<string> =>
  toHex((await createSoftwareKeys({ secret: from }).derive(purpose)).key);

describe('keys of a software secret', () => {
  test('are HKDF-SHA256 of it under a label with a version', async () => {
    const info = 'assay/software-key/1\0tracker/receipts';
    const expected = new Uint8Array(hkdfSync('sha256', secret, '', info, 32));
    expect(await keyOf('tracker/receipts')).toBe(toHex(expected));
    // Keys in use depend on it: a change of the label is a new version.
    expect(await keyOf('tracker/receipts')).toBe('b2bdcb8b53062d338adb2e03b7db8df7d08d2fe4169da6abc3bd995063ad1fab');
  });

  test('are the same ones each time, and others for another purpose and another secret', async () => {
    expect(await keyOf('a')).toBe(await keyOf('a'));
    const keys = [await keyOf('a'), await keyOf('b'), await keyOf('a', new Uint8Array(32))];
    expect(new Set(keys).size).toBe(3);
  });

  test('say that nobody vouches for them', async () => {
    const source = createSoftwareKeys({ secret });
    expect(source).toMatchObject({ name: 'software' });
    expect((await source.derive('a')).signatureChain).toEqual([]);
  });

  test('stay what they are when the caller wipes its buffer', async () => {
    const buffer = Uint8Array.from(secret);
    const source = createSoftwareKeys({ secret: buffer });
    buffer.fill(0);
    expect(toHex((await source.derive('a')).key)).toBe(await keyOf('a'));
  });

  test('are refused for a short secret, whose bytes the error does not say', () => {
    expect(() => createSoftwareKeys({ secret: secret.subarray(1) })).toThrow(
      /^secret: expected at least 32 bytes, found 31$/,
    );
  });

  test.each([
    ['an empty purpose', ''],
    ['one that is too long', 'x'.repeat(513)],
    ['half a character, which all have the same bytes', '\ud800'],
  ])('are refused for %s', async (_name, purpose) => {
    await expect(createSoftwareKeys({ secret }).derive(purpose)).rejects.toMatchObject({
      code: 'usage',
      details: { field: 'purpose' },
    });
  });

  test('are not made for who has called it off', async () => {
    const derived = createSoftwareKeys({ secret }).derive('a', AbortSignal.abort(new Error('gone home')));
    await expect(derived).rejects.toThrow('gone home');
  });
});
