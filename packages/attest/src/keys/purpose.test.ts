import { expect, test } from 'vitest';
import { createDstackKeys } from '../dstack/keys.ts';
import { createGramineKeys } from '../gramine/keys.ts';
import type { KeySource } from './key-source.ts';
import { checkedPurpose } from './purpose.ts';
import { createSoftwareKeys } from './software.ts';

const WRONG: readonly string[] = ['', 'x'.repeat(513), 'é'.repeat(257), '\ud800', '\udc00a'];

test('a purpose has 1 to 512 bytes of well-formed text', () => {
  for (const purpose of ['a', 'tracker/receipts', 'x'.repeat(512), 'é'.repeat(256)])
    expect(checkedPurpose(purpose)).toBe(purpose);
  for (const purpose of WRONG) expect(() => checkedPurpose(purpose)).toThrow(/^purpose: expected well-formed text/);
});

test.each<KeySource>([
  createSoftwareKeys({ secret: new Uint8Array(32) }),
  createGramineKeys({ path: '/nowhere' }),
  createDstackKeys({ root: '/nowhere' }),
])('the purposes of $name are no others, and are looked at before anything else', async (source) => {
  for (const purpose of WRONG)
    await expect(source.derive(purpose)).rejects.toMatchObject({ code: 'usage', details: { field: 'purpose' } });
});
