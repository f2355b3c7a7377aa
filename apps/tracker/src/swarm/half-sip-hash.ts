/** A secret of two 32-bit words. */
export type HashKey = readonly [number, number];

/**
 * HalfSipHash-1-3 of the first `count` words, as a signed 32-bit number. Keyed, because who announces chooses
 * addresses and ports, and must not choose which of them collide.
 */
export function halfSipHash(key: HashKey, words: Int32Array, count: number): number {
  const [k0, k1] = key;
  let v0 = k0 | 0;
  let v1 = k1 | 0;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  for (let i = 0; i < count + 4; i += 1) {
    // The words, their length, and three rounds without input.
    const word = i < count ? (words[i] ?? 0) : i === count ? count << 24 : 0;
    if (i === count + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

const text32 = new Int32Array(256);

/** The same of a text, of which up to 256 UTF-16 units count. */
export function textHash(key: HashKey, text: string): number {
  const length = Math.min(text.length, text32.length);
  for (let i = 0; i < length; i += 1) text32[i] = text.charCodeAt(i);
  return halfSipHash(key, text32, length);
}
