import { hash } from 'node:crypto';
import { fromBase64, fromHex, toHex, utf8 } from '@assay/verify/codec';
import type { Directory } from '../users/directory.ts';
import type { AccountingOptions } from './accounting.ts';
import { provenEntry } from './audit.ts';
import type { ExportDocument } from './documents.ts';
import { type Entry, entryHash } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { extendsTree } from './merkle.ts';
import { hashesOf, readExport } from './read-document.ts';
import { type Refused, refuse } from './refusal.ts';
import type { TrackerDatabase } from './schema.ts';
import { isSigned } from './signed.ts';

/** What an import came to. */
export interface Imported {
  readonly userId: string;
  readonly bytes: number;
  readonly sequence: number;
}

/** What imports are judged by, and where they are booked. */
export interface Importer {
  readonly tracker: string;
  readonly db: TrackerDatabase;
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly trusted: NonNullable<AccountingOptions['imports']>;
  readonly attested: NonNullable<AccountingOptions['attested']>;
  readonly now: () => number;
}

type Seen = { readonly size: number; readonly root: string } | undefined;

/** The checkpoint that was last seen of a tracker. */
export async function lastSeen(db: TrackerDatabase, tracker: string): Promise<Seen> {
  return db.sql.selectFrom('tracker_seen').select(['size', 'root']).where('tracker', '=', tracker).executeTakeFirst();
}

/** Books another tracker's export, after everything about it was checked, what is cheap first. */
export async function importCredit(value: unknown, evidence: unknown, to: Importer): Promise<Imported | Refused> {
  const document = readExport(value);
  if (document === undefined) {
    return refuse(
      'export-malformed',
      'document',
      'document: no assay.tracker-export/1; send it as the exporter gave it',
    );
  }
  const { checkpoint } = document;
  const exporter = checkpoint.content.tracker;
  const trusted = Object.hasOwn(to.trusted, exporter) ? to.trusted[exporter] : undefined;
  if (trusted === undefined) {
    const message = `tracker: ${exporter} is not among those whose credit is taken here; its operator can ask this one`;
    return refuse('tracker-unknown', 'checkpoint', message);
  }
  if (!isSigned(checkpoint, trusted.publicKey)) {
    return refuse('checkpoint-signature', 'checkpoint', `checkpoint: not signed by the key of ${exporter}`);
  }
  const entry = exportOf(document, to.tracker);
  if ('refused' in entry) return entry;
  const seen = await lastSeen(to.db, exporter);
  const older = judgeExtension(document, seen);
  if (older !== undefined) return older;
  const member = to.directory.byKey(fromBase64(entry.key, 'key'));
  if (member === undefined) {
    return refuse(
      'user-unknown',
      'key',
      "key: the user's key is not registered here; register with the same key first",
    );
  }
  if (!(await to.attested(exporter, evidence, { ...trusted, checkpoint }))) {
    const message = `evidence: ${exporter} is not attested under this tracker's policy; send its current attestation`;
    return refuse('attestation', 'evidence', message);
  }
  const { sequence: exported, bytes } = entry;
  const { size, root } = checkpoint.content;
  const done = await to.ledger.write({
    kind: 'import',
    booked: hash('sha256', utf8(`import\0${exporter}\0${exported}`), 'buffer'),
    user: member.number,
    exporter,
    exported,
    hash: toHex(entryHash(document.proof.entry)),
    bytes,
    checkpoint: { size, root, after: seen === undefined ? null : seen.size },
    at: to.now(),
  });
  if ('bookings' in done) throw new Error('the ledger answered bookings to an import');
  return 'refused' in done ? done : { userId: member.account.userId, bytes, sequence: done.sequence };
}

type Exported = Extract<Entry, { readonly kind: 'export' }>;

/** The entry that books the export, as it stands under the checkpoint. */
function exportOf({ proof, checkpoint }: ExportDocument, importer: string): Exported | Refused {
  const entry = provenEntry(proof, checkpoint);
  if (entry === undefined) {
    return refuse('export-proof', 'proof', "proof: does not lead from this entry to the checkpoint's root");
  }
  if (entry.kind !== 'export' || entry.tracker !== checkpoint.content.tracker) {
    return refuse(
      'export-proof',
      'proof',
      `proof: entry ${entry.sequence} is a ${entry.kind}; only exports move credit`,
    );
  }
  if (entry.importer !== importer) {
    return refuse('other-tracker', 'proof', `importer: ${entry.importer}, this is ${importer}; import it there`);
  }
  return entry;
}

function judgeExtension({ checkpoint, since }: ExportDocument, seen: Seen): Refused | undefined {
  if (seen === undefined) return undefined;
  const { tracker, size, root } = checkpoint.content;
  if (size < seen.size) {
    const message = `checkpoint: ${size} entries of ${tracker}, ${seen.size} were seen before; ask it for the document again`;
    return refuse('checkpoint-old', 'checkpoint', message);
  }
  const before = { size: seen.size, root: fromHex(seen.root, 'root') };
  const path = since?.size === seen.size ? hashesOf(since.path) : [];
  if (extendsTree(before, { size, root: fromHex(root, 'root') }, path)) return undefined;
  const message = `since: the checkpoint is not shown to extend the one of ${seen.size} entries that was seen; ask for the document since ${seen.size}`;
  return refuse('checkpoint-inconsistent', 'since', message);
}
