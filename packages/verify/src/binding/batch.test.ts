import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { hashOf } from '../crypto/hash.ts';
import { type Batch, batchReportData, buildBatch, leafHash, nodeHash, pathLength, rootOf } from './batch.ts';

const digestOf = (seed: number): Uint8Array => new Uint8Array(64).fill(seed);
const saltOf = (seed: number): Uint8Array => new Uint8Array(16).fill(255 - seed);
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const batchOf = (size: number): Promise<Batch> => buildBatch(range(size).map(digestOf), range(size).map(saltOf));

/** MTH of RFC 9162 section 2.1.1, straight from its recursive definition. */
async function treeHash(leaves: readonly Uint8Array[]): Promise<Uint8Array> {
  const [first, ...rest] = leaves;
  if (first === undefined || rest.length === 0) return first ?? hashOf('SHA-256');
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(await treeHash(leaves.slice(0, half)), await treeHash(leaves.slice(half)));
}

/** PATH of RFC 9162 section 2.1.3.1, likewise. */
async function pathTo(index: number, leaves: readonly Uint8Array[]): Promise<Uint8Array[]> {
  if (leaves.length === 1) return [];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...(await pathTo(index, left)), await treeHash(right)]
    : [...(await pathTo(index - half, right)), await treeHash(left)];
}

describe('batches (RFC 9162 section 2.1)', () => {
  test('of every size from 2 to 40 prove every leaf, as the recursive definition does', async () => {
    for (const size of range(41).slice(2)) {
      const { reportData, proofs } = await batchOf(size);
      const leaves = await Promise.all(range(size).map((index) => leafHash(saltOf(index), digestOf(index))));
      const root = await treeHash(leaves);
      expect(toHex(reportData)).toBe(toHex(await batchReportData(size, root)));
      for (const [index, leaf] of leaves.entries()) {
        const proof = proofs[index];
        expect(proof?.path.map(toHex)).toEqual((await pathTo(index, leaves)).map(toHex));
        expect(proof?.path).toHaveLength(pathLength(index, size));
        expect(proof && toHex(await rootOf(leaf, proof))).toBe(toHex(root));
      }
    }
  });

  test('never lead to the root from another index, another size, or a changed path', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 40 }).chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size - 1 }))),
        fc.tuple(fc.integer({ min: 2, max: 80 }), fc.nat({ max: 79 })),
        fc.nat(),
        async ([size, index], [otherSize, otherIndex], flip) => {
          const { reportData, proofs } = await batchOf(size);
          const proof = proofs[index];
          if (proof === undefined) throw new Error('no proof');
          const reached = async (at: number, of: number, path: readonly Uint8Array[]): Promise<boolean> => {
            if (at >= of || path.length !== pathLength(at, of)) return false;
            const leaf = await leafHash(proof.salt, digestOf(index));
            return equalBytes(await batchReportData(of, await rootOf(leaf, { index: at, size: of, path })), reportData);
          };
          expect(await reached(index, size, proof.path)).toBe(true);
          const same = otherIndex === index && otherSize === size;
          expect(await reached(otherIndex, otherSize, proof.path)).toBe(same);
          const changed = proof.path.map((hash) => new Uint8Array(hash));
          const victim = changed[flip % changed.length];
          if (victim) victim[flip % 32] = (victim[flip % 32] ?? 0) ^ (1 << (flip % 8));
          expect(await reached(index, size, changed)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('commit to their size: the same root with another size is other report data', async () => {
    const root = new Uint8Array(32).fill(7);
    expect(toHex(await batchReportData(2, root))).not.toBe(toHex(await batchReportData(3, root)));
    expect(await batchReportData(2, root)).toHaveLength(64);
  });

  test('of 65,536 have paths of 16', () => {
    expect(pathLength(0, 65_536)).toBe(16);
    expect(pathLength(65_535, 65_536)).toBe(16);
    expect(pathLength(65_534, 65_535)).toBe(15);
    expect(pathLength(4, 5)).toBe(1);
  });

  test('copy what they are given', async () => {
    const [digests, salts] = [range(3).map(digestOf), range(3).map(saltOf)];
    const pending = buildBatch(digests, salts);
    for (const bytes of [...digests, ...salts]) bytes.fill(0);
    expect(toHex((await pending).reportData)).toBe(toHex((await batchOf(3)).reportData));
    expect((await pending).proofs[1]?.salt).toEqual(saltOf(1));
  });

  test('refuse one statement, too many, wrong lengths', async () => {
    await expect(batchOf(1)).rejects.toThrow(/^digests: 1 statements/);
    await expect(buildBatch(new Array(65_537).fill(digestOf(1)), [])).rejects.toThrow(/^digests/);
    await expect(buildBatch([digestOf(1), digestOf(2)], [saltOf(1)])).rejects.toThrow(/^salts/);
    await expect(buildBatch([digestOf(1), new Uint8Array(32)], [saltOf(1), saltOf(2)])).rejects.toThrow(/^digests/);
  });
});
