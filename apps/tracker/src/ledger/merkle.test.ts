import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyPath,
  EMPTY_ROOT,
  extendsTree,
  inclusionPath,
  nodeHash,
  rootOfPath,
  rootOfRange,
  type Subtree,
} from './merkle.ts';

const leaf = (index: number): Uint8Array => new Uint8Array(hash('sha256', `leaf ${index}`, 'buffer'));
const leaves = Array.from({ length: 70 }, (_, index) => leaf(index));

/** RFC 9162 section 2.1.1, word by word. */
function mth(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (first === undefined) return EMPTY_ROOT;
  if (hashes.length === 1) return first;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(mth(hashes.slice(0, k)), mth(hashes.slice(k)));
}

const subtree: Subtree = async (level, index) => mth(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const headOf = (size: number) => ({ size, root: mth(leaves.slice(0, size)) });
const sizes = fc.integer({ min: 1, max: leaves.length });
const flip = (bytes: Uint8Array): Uint8Array => bytes.with(0, (bytes[0] ?? 0) ^ 1);

describe('the Merkle tree', () => {
  test('has the root that RFC 9162 section 2.1.1 defines, for every size', async () => {
    for (let size = 0; size <= leaves.length; size += 1) {
      expect(await rootOfRange(subtree, 0, size)).toEqual(mth(leaves.slice(0, size)));
    }
  });

  test('of no leaves has the root of nothing', () => {
    expect(Buffer.from(EMPTY_ROOT).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test('shows that a leaf is in it, and shows it of no other leaf, place or size', async () => {
    const place = sizes.chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));
    await fc.assert(
      fc.asyncProperty(place, async ([index, size]) => {
        const path = await inclusionPath(subtree, index, size);
        const { root } = headOf(size);
        expect(rootOfPath(leaf(index), { index, size }, path)).toEqual(root);
        expect(rootOfPath(leaf(index + 1), { index, size }, path)).not.toEqual(root);
        expect(rootOfPath(leaf(index), { index: size, size }, path)).toBeUndefined();
        expect(rootOfPath(leaf(index), { index, size }, [...path, leaf(0)])).toBeUndefined();
        if (path.length > 0) {
          expect(rootOfPath(leaf(index), { index, size }, path.slice(1))).not.toEqual(root);
          expect(rootOfPath(leaf(index), { index, size }, path.map(flip))).not.toEqual(root);
        }
      }),
    );
  });

  test('shows for every pair of sizes that the later one extends the earlier one', async () => {
    for (let to = 1; to <= leaves.length; to += 1) {
      for (let from = 1; from < to; from += 1) {
        const path = await consistencyPath(subtree, from, to);
        expect(extendsTree(headOf(from), headOf(to), path), `${from} to ${to}`).toBe(true);
      }
    }
  });

  test('does not pass for the extension of another tree', async () => {
    const pair = sizes.chain((to) => fc.tuple(fc.integer({ min: 1, max: to }), fc.constant(to)));
    await fc.assert(
      fc.asyncProperty(pair, async ([from, to]) => {
        const path = from === to ? [] : await consistencyPath(subtree, from, to);
        const [before, after] = [headOf(from), headOf(to)];
        expect(extendsTree({ ...before, root: flip(before.root) }, after, path)).toBe(false);
        expect(extendsTree(before, { ...after, root: flip(after.root) }, path)).toBe(false);
        expect(extendsTree(before, after, [...path, leaf(0)])).toBe(false);
        if (path.length > 0) {
          expect(extendsTree(before, after, path.slice(0, -1))).toBe(false);
          expect(extendsTree(before, after, path.map(flip))).toBe(false);
        }
      }),
    );
  });

  test('extends nothing that is larger, and whatever is empty', () => {
    expect(extendsTree(headOf(5), headOf(4), [])).toBe(false);
    expect(extendsTree(headOf(0), headOf(4), [])).toBe(true);
    expect(extendsTree(headOf(3), headOf(4), [])).toBe(false);
  });
});
