import { concatBytes } from '../codec/bytes.ts';
import { utf8 } from '../codec/text.ts';
import { hashesOf, hashOf } from '../crypto/hash.ts';
import { usage } from '../errors.ts';

/** The fewest and the most statements of one batch. */
export const BATCH_SIZE = { min: 2, max: 65_536 } as const;
/** Length of a leaf's random salt in bytes: neighbours cannot guess each other's statements from the path. */
export const SALT_LENGTH = 16;

const BATCH_TAG = utf8('assay/1-batch\0');
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Shows that a statement is one of a batch (RFC 9162 section 2.1.3). */
export interface BatchProof {
  /** Position of the leaf, from 0. */
  readonly index: number;
  /** Number of leaves. */
  readonly size: number;
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** Hashes of 32 bytes, from the leaf's neighbour up. */
  readonly path: readonly Uint8Array[];
}

/** A closed batch: the report data to ask a quote for, and each statement's proof in the order given. */
export interface Batch {
  /** 64 bytes. */
  readonly reportData: Uint8Array;
  readonly proofs: readonly BatchProof[];
}

/** SHA-256(0x00 ‖ salt ‖ *D*). */
export async function leafHash(salt: Uint8Array, digest: Uint8Array): Promise<Uint8Array> {
  return hashOf('SHA-256', LEAF, salt, digest);
}

/** SHA-256(0x01 ‖ left ‖ right). The other first byte keeps a node from being shown as a leaf. */
export async function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return hashOf('SHA-256', NODE, left, right);
}

/** SHA-512("assay/1-batch\0" ‖ uint64be(size) ‖ root). */
export async function batchReportData(size: number, root: Uint8Array): Promise<Uint8Array> {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(size));
  return hashOf('SHA-512', BATCH_TAG, length, root);
}

/** How many hashes the path of leaf `index` of `size` has: exactly one per level at which it has a neighbour. */
export function pathLength(index: number, size: number): number {
  let length = 0;
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) if (at % 2 === 1 || at < last) length += 1;
  return length;
}

/** The root that leaf and path lead to (RFC 9162 section 2.1.3.2). The path's length must be `pathLength`. */
export async function rootOf(
  leaf: Uint8Array,
  proof: Pick<BatchProof, 'index' | 'size' | 'path'>,
): Promise<Uint8Array> {
  const rest = [...proof.path];
  let hash = leaf;
  for (let at = proof.index, last = proof.size - 1; last > 0; at >>= 1, last >>= 1) {
    if (at % 2 === 0 && at >= last) continue;
    const neighbour = rest.shift() ?? new Uint8Array();
    hash = at % 2 === 1 ? await nodeHash(neighbour, hash) : await nodeHash(hash, neighbour);
  }
  return hash;
}

/**
 * Joins statements into one batch: `digests` are their *D*, `salts` as many times 16 random bytes.
 * A lone statement needs a second leaf: any 64 random bytes, which no statement hashes to. Throws `usage`.
 *
 * @example
 * const { reportData, proofs } = await buildBatch(digests, digests.map(() => crypto.getRandomValues(new Uint8Array(16))));
 */
export async function buildBatch(digests: readonly Uint8Array[], salts: readonly Uint8Array[]): Promise<Batch> {
  const size = digests.length;
  if (size < BATCH_SIZE.min || size > BATCH_SIZE.max) {
    throw usage(`digests: ${size} statements; a batch has ${BATCH_SIZE.min} to ${BATCH_SIZE.max}`, {
      field: 'digests',
    });
  }
  if (salts.length !== size || salts.some((salt) => salt.length !== SALT_LENGTH)) {
    throw usage(`salts: expected ${size} times ${SALT_LENGTH} bytes`, { field: 'salts' });
  }
  if (digests.some((digest) => digest.length !== 64))
    throw usage('digests: expected 64 bytes each', { field: 'digests' });
  // Copies, because the caller may reuse its buffers before the hashes are made. (A Buffer's slice is no copy.)
  const kept = salts.map((salt) => new Uint8Array(salt));
  const inputs = digests.map((digest, index) => concatBytes(LEAF, kept[index] ?? LEAF, digest));
  const levels = [await hashesOf('SHA-256', inputs)];
  for (let level = levels[0] ?? []; level.length > 1; ) {
    level = await levelAbove(level);
    levels.push(level);
  }
  const root = levels.at(-1)?.[0] ?? new Uint8Array();
  const proofs = kept.map((salt, index) => ({ index, size, salt, path: pathOf(levels, index) }));
  return { reportData: await batchReportData(size, root), proofs };
}

/** Pairs of hashes become nodes; one left over moves up as it is. */
async function levelAbove(level: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const inputs: Uint8Array[] = [];
  for (let at = 0; at + 1 < level.length; at += 2)
    inputs.push(concatBytes(NODE, level[at] ?? NODE, level[at + 1] ?? NODE));
  const nodes = await hashesOf('SHA-256', inputs);
  return level.length % 2 === 0 ? nodes : [...nodes, ...level.slice(-1)];
}

function pathOf(levels: readonly (readonly Uint8Array[])[], index: number): Uint8Array[] {
  const path = levels.map((level, height) => {
    const at = index >> height;
    return level[at % 2 === 1 ? at - 1 : at + 1];
  });
  return path.filter((hash) => hash !== undefined);
}
