import { createSoftwareKeys } from '@assay/attest';
import { expect, test } from 'vitest';
import { createDerivedKeys } from './key-pair.ts';

const keys = createSoftwareKeys({ secret: new Uint8Array(32).fill(9) });

test('holds no more derived keys than the limit says: the one asked for longest ago goes, for registrations too', async () => {
  const held = createDerivedKeys(2);
  const publicKey = async (salt: string) => (await held.of(keys, 'alice', salt)).key.publicKey;
  const [a, b] = [await publicKey('a'), await publicKey('b')];
  expect(await publicKey('a')).toEqual(a);
  const c = await publicKey('c');
  expect([a, b, c].map((key) => held.has(key, 'alice'))).toEqual([true, false, true]);
  expect(held.has(a, 'bob')).toBe(false);
});

test('keeps nothing where the source fails, and asks again', async () => {
  const held = createDerivedKeys(2);
  const away = { name: 'dstack', derive: () => Promise.reject(new Error('away')) } as const;
  await expect(held.of(away, 'alice', 'a')).rejects.toThrow('away');
  const { key } = await held.of(keys, 'alice', 'a');
  expect(held.has(key.publicKey, 'alice')).toBe(true);
});
