import { AssayError } from '@assay/verify';
import { fromHex, toHex } from '@assay/verify/codec';
import type { Checkpoint, EntryProof, SignedPromise } from './documents.ts';
import { type Entry, entryHash, parseEntry } from './entry.ts';
import { rootOfPath } from './merkle.ts';
import { hashesOf } from './read-document.ts';
import { isSigned } from './signed.ts';

/** What is wrong between a promise and a checkpoint; the codes are stable. */
export type AuditCode =
  | 'checkpoint-signature'
  | 'promise-signature'
  | 'other-tracker'
  | 'beyond-checkpoint'
  | 'proof-missing'
  | 'proof-wrong'
  | 'receipt-missing'
  | 'head-differs';

/** One finding: which promise (from 0; null for the checkpoint), which entry, and what is wrong. */
export interface AuditFinding {
  readonly promise: number | null;
  readonly sequence: number | null;
  readonly code: AuditCode;
  readonly message: string;
}

/** What an audit found; `kept` only when nothing is wrong. */
export interface Audit {
  readonly kept: boolean;
  /** Receipts whose entry is under the checkpoint as promised. */
  readonly receipts: number;
  readonly findings: readonly AuditFinding[];
}

/**
 * Judges promises against a later checkpoint of the same tracker, by its key alone (DER SubjectPublicKeyInfo): each
 * promised receipt must be in the entry of its number, and that entry under the checkpoint's root. `proofs` come from
 * anybody. Needs no connection to the tracker.
 */
export function audit(given: {
  readonly promises: readonly SignedPromise[];
  readonly checkpoint: Checkpoint;
  readonly proofs: readonly EntryProof[];
  readonly publicKey: Uint8Array;
}): Audit {
  const { promises, checkpoint, proofs, publicKey } = given;
  if (!isSigned(checkpoint, publicKey)) {
    const message = 'the checkpoint is not signed by that key';
    return {
      kept: false,
      receipts: 0,
      findings: [{ promise: null, sequence: null, code: 'checkpoint-signature', message }],
    };
  }
  const proven = new Map(proofs.map((proof) => [proof.sequence, proof]));
  const judged = promises.map((promise, index) => judge(promise, { index, checkpoint, proven, publicKey }));
  const findings = judged.flatMap((one) => one.findings);
  return { kept: findings.length === 0, receipts: judged.reduce((sum, one) => sum + one.receipts, 0), findings };
}

interface Context {
  readonly index: number;
  readonly checkpoint: Checkpoint;
  readonly proven: ReadonlyMap<number, EntryProof>;
  readonly publicKey: Uint8Array;
}

function judge(promise: SignedPromise, context: Context): Pick<Audit, 'receipts' | 'findings'> {
  const { index, checkpoint, publicKey } = context;
  const finding = (code: AuditCode, message: string, sequence: number | null = null): AuditFinding => ({
    promise: index,
    sequence,
    code,
    message,
  });
  if (!isSigned(promise, publicKey)) {
    return { receipts: 0, findings: [finding('promise-signature', 'the promise is not signed by that key')] };
  }
  const { tracker, receipts, sequence: last, head } = promise.content;
  if (tracker !== checkpoint.content.tracker) {
    const message = `the promise is ${tracker}'s, the checkpoint ${checkpoint.content.tracker}'s`;
    return { receipts: 0, findings: [finding('other-tracker', message)] };
  }
  const findings: AuditFinding[] = [];
  let kept = 0;
  for (const { id, sequence } of receipts) {
    const found = entryOf(sequence, context);
    if ('code' in found) findings.push(finding(found.code, found.message, sequence));
    else if (receiptOf(found.entry) === id) kept += 1;
    else findings.push(finding('receipt-missing', `entry ${sequence} is not of receipt ${id}`, sequence));
  }
  const found = entryOf(last, context);
  if ('code' in found) findings.push(finding(found.code, found.message, last));
  else if (found.hash !== head) {
    findings.push(finding('head-differs', `the hash of entry ${last} is ${found.hash}, promised was ${head}`, last));
  }
  return { receipts: kept, findings };
}

type Found = { readonly entry: Entry; readonly hash: string } | { readonly code: AuditCode; readonly message: string };

function entryOf(sequence: number, { checkpoint, proven }: Context): Found {
  const { size } = checkpoint.content;
  if (sequence >= size) {
    const message = `entry ${sequence} was promised, the checkpoint has ${size}: an older ledger, or an older checkpoint`;
    return { code: 'beyond-checkpoint', message };
  }
  const proof = proven.get(sequence);
  if (proof === undefined) return { code: 'proof-missing', message: `no proof of entry ${sequence}` };
  const entry = provenEntry(proof, checkpoint);
  if (entry === undefined)
    return { code: 'proof-wrong', message: `the proof of entry ${sequence} does not lead to the root` };
  return { entry, hash: toHex(entryHash(proof.entry)) };
}

/** The entry of a proof that leads to the checkpoint's root, and has the place that it says; undefined of any other. */
export function provenEntry(proof: EntryProof, { content }: Checkpoint): Entry | undefined {
  const leaf = entryHash(proof.entry);
  const root = rootOfPath(leaf, { index: proof.sequence, size: content.size }, hashesOf(proof.path));
  if (root === undefined || Buffer.compare(root, fromHex(content.root, 'root')) !== 0) return undefined;
  try {
    const entry = parseEntry(proof.entry);
    return entry.sequence === proof.sequence ? entry : undefined;
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

function receiptOf(entry: Entry): string | undefined {
  return entry.kind === 'receipt' || entry.kind === 'upstream' ? entry.receipt : undefined;
}
