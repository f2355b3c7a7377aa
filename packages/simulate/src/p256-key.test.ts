import { createPrivateKey, createPublicKey, randomBytes, verify } from 'node:crypto';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { afterEach, expect, test, vi } from 'vitest';
import { createEntropy, type Entropy } from './entropy.ts';
import { createP256Key, derSignature, encodePrivateKey, type P256Key, p256KeyOf } from './p256-key.ts';

const message = new TextEncoder().encode('what is signed');
const seeded = createEntropy({ seed: 'p256-key.test' });
const random = createEntropy({ randomBytes });

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Whether Node's own crypto accepts a signature under the key's SubjectPublicKeyInfo. */
function accepted({ spki }: P256Key, signature: Uint8Array, form: 'ieee-p1363' | 'der' = 'ieee-p1363'): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return verify('sha256', message, { key, dsaEncoding: form }, signature);
}

test.each<[string, Entropy]>([
  ['seeded', seeded],
  ['random', random],
])('a %s key signs so that others can verify', async (_name, entropy) => {
  const key = createP256Key(entropy, 'one');
  const signature = await key.sign(message);
  expect(signature).toHaveLength(64);
  expect(accepted(key, signature)).toBe(true);
  expect(accepted(key, derSignature(signature), 'der')).toBe(true);
  expect(accepted(createP256Key(entropy, 'two'), signature)).toBe(false);
});

test('a seeded key and its signatures repeat; another label or seed gives another key', async () => {
  const key = createP256Key(seeded, 'one');
  const again = createP256Key(createEntropy({ seed: 'p256-key.test' }), 'one');
  expect(again.spki).toEqual(key.spki);
  expect(await again.sign(message)).toEqual(await key.sign(message));
  expect(createP256Key(seeded, 'two').spki).not.toEqual(key.spki);
  expect(createP256Key(createEntropy({ seed: 'p256-key.test.' }), 'one').spki).not.toEqual(key.spki);
});

// With the first message s is high: it stays so, as in the signatures of any other signer.
test.each([
  [
    'sample',
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
    'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  ],
  [
    'test',
    'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
    '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
  ],
])('a seeded key signs as published: RFC 6979, appendix A.2.5, "%s"', async (text, r, s) => {
  const secret = hexToBytes('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721');
  expect(bytesToHex(await p256KeyOf(secret, seeded).sign(utf8ToBytes(text)))).toBe(r + s);
});

test('without SubtleCrypto, as on a page without TLS, a random key still signs', async () => {
  const { getRandomValues } = globalThis.crypto;
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(globalThis.crypto) });
  const key = createP256Key(random, 'one');
  expect(accepted(key, await key.sign(message))).toBe(true);
});

test('a secret scalar is a key, which other tools read from PKCS #8', () => {
  const secret = new Uint8Array(32).fill(3);
  const key = p256KeyOf(secret, seeded);
  const read = createPrivateKey({
    key: Buffer.from(encodePrivateKey(secret, key.point)),
    format: 'der',
    type: 'pkcs8',
  });
  expect(read.export({ format: 'jwk' }).d).toBe(Buffer.from(secret).toString('base64url'));
  expect(createPublicKey(read).export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(key.spki));
  expect(() => p256KeyOf(new Uint8Array(32), seeded)).toThrow();
});

test('an empty seed is a mistake, not a seed', () => {
  expect(() => createEntropy({ seed: '' })).toThrow('seed: expected at least one byte');
});

test('seeded bytes depend on the label alone, not on what was asked before', () => {
  const other = createEntropy({ seed: new TextEncoder().encode('p256-key.test') });
  other.bytes('something', 5);
  expect(other.bytes('one', 32)).toEqual(seeded.bytes('one', 32));
});
