import { hash } from 'node:crypto';

/** Answers the hash of the leaves `index * 2^level` up to the next 2^level. */
export type Subtree = (level: number, index: number) => Promise<Uint8Array>;

/** Root of no leaves (RFC 9162 section 2.1.1). */
export const EMPTY_ROOT: Uint8Array = hash('sha256', new Uint8Array(), 'buffer');

const NODE = Uint8Array.of(1);

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Root of the leaves from `start` up to `end`, where `start` is a multiple of each power of two that fits in. */
export async function rootOfRange(subtree: Subtree, start: number, end: number): Promise<Uint8Array> {
  const size = end - start;
  if (size === 0) return EMPTY_ROOT;
  const level = Math.log2(size);
  if (Number.isInteger(level)) return subtree(level, start / size);
  const middle = start + splitOf(size);
  return nodeHash(await rootOfRange(subtree, start, middle), await rootOfRange(subtree, middle, end));
}

/** The path from leaf `index` of `size` (RFC 9162 section 2.1.3.1). */
export async function inclusionPath(subtree: Subtree, index: number, size: number): Promise<Uint8Array[]> {
  const path: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    const left = index < middle;
    path.unshift(left ? await rootOfRange(subtree, middle, end) : await rootOfRange(subtree, start, middle));
    if (left) end = middle;
    else start = middle;
  }
  return path;
}

/** The path from the root of the first `from` leaves to that of `to`, 0 < from < to (RFC 9162 section 2.1.4.1). */
export async function consistencyPath(subtree: Subtree, from: number, to: number): Promise<Uint8Array[]> {
  const path: Uint8Array[] = [];
  let [start, end] = [0, to];
  while (end !== from) {
    const middle = start + splitOf(end - start);
    const left = from <= middle;
    path.unshift(left ? await rootOfRange(subtree, middle, end) : await rootOfRange(subtree, start, middle));
    if (left) end = middle;
    else start = middle;
  }
  return start === 0 ? path : [await rootOfRange(subtree, start, end), ...path];
}

/** The root that a leaf and its path lead to; undefined where the path's length is wrong (RFC 9162 section 2.1.3.2). */
export function rootOfPath(
  leaf: Uint8Array,
  place: { readonly index: number; readonly size: number },
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  const { index, size } = place;
  if (index >= size) return undefined;
  let [at, last, root] = [index, size - 1, leaf];
  for (const neighbour of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(neighbour, root);
      // A lone node moves up until it has a neighbour to its left.
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      root = nodeHash(root, neighbour);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}

/** One state of a tree. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the second tree begins with the first one's leaves (RFC 9162 section 2.1.4.2). */
export function extendsTree(first: TreeHead, second: TreeHead, path: readonly Uint8Array[]): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return path.length === 0 && sameHash(first.root, second.root);
  if (first.size === 0) return path.length === 0;
  const hashes: readonly Uint8Array[] = Number.isInteger(Math.log2(first.size)) ? [first.root, ...path] : path;
  const start = hashes.at(0);
  if (start === undefined) return false;
  let [at, last] = [first.size - 1, second.size - 1];
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  let [old, now] = [start, start];
  for (const neighbour of hashes.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      old = nodeHash(neighbour, old);
      now = nodeHash(neighbour, now);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      now = nodeHash(now, neighbour);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(old, first.root) && sameHash(now, second.root);
}

function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
