import type { UnixSeconds } from '@assay/verify/codec';

/** What the tracker signs under each tag, so that no signature passes for another kind of document. */
export interface Signed<Content> {
  readonly content: Content;
  /** Ed25519 over the tag, a zero byte and the content's canonical JSON; base64. */
  readonly signature: string;
}

/** State of the ledger, for those who will ask whether later states extend it. */
export interface CheckpointContent {
  readonly schema: 'assay.tracker-checkpoint/1';
  readonly tracker: string;
  /** Number of entries. */
  readonly size: number;
  /** Merkle root of the entries (RFC 9162 section 2.1.1), lower-case hex. */
  readonly root: string;
  /** Hash of the last entry, lower-case hex. */
  readonly head: string;
  readonly issuedAt: UnixSeconds;
}

/** A signed checkpoint. */
export type Checkpoint = Signed<CheckpointContent>;

/** What the tracker promises after a report: these receipts are in the ledger, for good. */
export interface PromiseContent {
  readonly schema: 'assay.tracker-promise/1';
  readonly tracker: string;
  readonly receipts: readonly { readonly id: string; readonly sequence: number }[];
  /** The last entry of this report: its number, and its hash in lower-case hex. Each entry names the hash before it. */
  readonly sequence: number;
  readonly head: string;
  readonly issuedAt: UnixSeconds;
}

/** A signed promise. */
export type SignedPromise = Signed<PromiseContent>;

/** An entry of the ledger, and the way from it to a checkpoint's root. */
export interface EntryProof {
  /** Number of the entry, from 0. */
  readonly sequence: number;
  /** The entry's canonical JSON. */
  readonly entry: string;
  /** Hashes from the leaf's neighbour up (RFC 9162 section 2.1.3), lower-case hex. */
  readonly path: readonly string[];
}

/** Credit that leaves for another tracker: the entry that books it, under a signed checkpoint. */
export interface ExportDocument {
  readonly schema: 'assay.tracker-export/1';
  readonly proof: EntryProof;
  readonly checkpoint: Checkpoint;
  /** The checkpoint that the importing tracker saw last, and the way from it to this one; null when it saw none. */
  readonly since: { readonly size: number; readonly path: readonly string[] } | null;
}
