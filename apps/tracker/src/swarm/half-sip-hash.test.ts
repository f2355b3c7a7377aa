import { expect, test } from 'vitest';
import { halfSipHash, textHash } from './half-sip-hash.ts';

test('the hash depends on its key and on every word', () => {
  const words = Int32Array.of(1, 2, 3);
  const hashes = [
    halfSipHash([0, 0], words, 3),
    halfSipHash([0, 1], words, 3),
    halfSipHash([1, 0], words, 3),
    halfSipHash([0, 0], words, 2),
    halfSipHash([0, 0], Int32Array.of(1, 2, 4), 3),
  ];
  expect(new Set(hashes).size).toBe(5);
});

test('endpoints that somebody chooses in a row spread over the buckets', () => {
  const counts = new Uint32Array(1_024);
  for (let port = 0; port < 65_536; port += 1) {
    const bucket = halfSipHash([7, 8], Int32Array.of(1, 0x7f000001, port), 3) & 1_023;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  expect(Math.max(...counts)).toBeLessThan(128);
});

test('texts are told apart by their first 256 characters', () => {
  const key = [1, 2] as const;
  expect(textHash(key, 'alice')).not.toBe(textHash(key, 'alicf'));
  expect(textHash(key, `${'a'.repeat(256)}b`)).toBe(textHash(key, `${'a'.repeat(256)}c`));
});
