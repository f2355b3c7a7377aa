import { fromHex } from '@assay/verify/codec';
import { z } from 'zod';
import type { Checkpoint, EntryProof, ExportDocument, SignedPromise } from './documents.ts';

/** Receipts that one promise may name, and paths of proofs: 2^53 entries have none longer. */
const MOST_RECEIPTS = 4_096;
const LONGEST_PATH = 64;
/** Of one entry, in characters. */
const LONGEST_ENTRY = 4_096;

const whole = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().min(1).max(128);
const path = z.array(hash).max(LONGEST_PATH);
const signature = z.string().max(128);

const checkpoint = z.strictObject({
  content: z.strictObject({
    schema: z.literal('assay.tracker-checkpoint/1'),
    tracker: id,
    size: whole,
    root: hash,
    head: hash,
    issuedAt: whole,
  }),
  signature,
});
const promise = z.strictObject({
  content: z.strictObject({
    schema: z.literal('assay.tracker-promise/1'),
    tracker: id,
    receipts: z.array(z.strictObject({ id: hash, sequence: whole })).max(MOST_RECEIPTS),
    sequence: whole,
    head: hash,
    issuedAt: whole,
  }),
  signature,
});
const proof = z.strictObject({ sequence: whole, entry: z.string().max(LONGEST_ENTRY), path });
const exported = z.strictObject({
  schema: z.literal('assay.tracker-export/1'),
  proof,
  checkpoint,
  since: z.strictObject({ size: whole, path }).nullable(),
});

/** Schemas of the documents, for those that describe or take them. */
export const DOCUMENTS = { checkpoint, promise, proof, exported } as const;

/** A checkpoint out of JSON; undefined for anything else. Its signature is not checked. */
export function readCheckpoint(value: unknown): Checkpoint | undefined {
  return checkpoint.safeParse(value).data;
}

/** A promise out of JSON; undefined for anything else. Its signature is not checked. */
export function readPromise(value: unknown): SignedPromise | undefined {
  return promise.safeParse(value).data;
}

/** An entry with its path out of JSON; undefined for anything else. */
export function readProof(value: unknown): EntryProof | undefined {
  return proof.safeParse(value).data;
}

/** An export out of JSON; undefined for anything else. Nothing in it is checked. */
export function readExport(value: unknown): ExportDocument | undefined {
  return exported.safeParse(value).data;
}

/** Hashes of a document that was read. */
export function hashesOf(path: readonly string[]): readonly Uint8Array[] {
  return path.map((text) => fromHex(text, 'path'));
}
