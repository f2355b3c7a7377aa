import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Where a test vendor's keys, serial numbers and nonces come from. */
export interface Entropy {
  /** True when the same seed gives the same bytes again; such a vendor's certificates say SIMULATED SEEDED. */
  readonly seeded: boolean;
  /** `length` bytes for one purpose. A seeded source gives the same label the same bytes, whatever was asked before. */
  bytes(label: string, length: number): Uint8Array;
}

/** A seed (text is taken as UTF-8), or a source of random bytes; exactly one of the two. */
export type EntropySource =
  | { readonly seed: Uint8Array | string; readonly randomBytes?: undefined }
  | { readonly seed?: undefined; readonly randomBytes: (length: number) => Uint8Array };

/** The entropy of a source. Throws for an empty seed, which is a forgotten argument rather than a seed. */
export function createEntropy(source: EntropySource): Entropy {
  if (source.seed === undefined) {
    const { randomBytes } = source;
    return { seeded: false, bytes: (_label, length) => randomBytes(length) };
  }
  const seed = typeof source.seed === 'string' ? utf8ToBytes(source.seed) : Uint8Array.from(source.seed);
  if (seed.length === 0) throw new Error('seed: expected at least one byte, found none; leave it out for random keys');
  return {
    seeded: true,
    bytes: (label, length) => hkdf(sha256, seed, utf8ToBytes('assay simulate'), utf8ToBytes(label), length),
  };
}
