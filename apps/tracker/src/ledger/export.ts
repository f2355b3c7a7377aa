import { hash } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { concatBytes, utf8 } from '@assay/verify/codec';
import { verifyBls } from '../bls/verify.ts';
import { u64 } from '../receipts/big-endian.ts';
import { checkInstanceId } from '../receipts/instance-id.ts';
import type { Directory } from '../users/directory.ts';
import type { ExportRequest } from './accounting.ts';
import type { ExportDocument } from './documents.ts';
import { parseEntry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { type Refused, refuse } from './refusal.ts';

const TAG = utf8('assay/tracker-export\0');
const VERSION = 1;

/** What a user signs to take credit elsewhere. Names both trackers and all he exported before: good once. */
export function exportMessage(wish: {
  readonly tracker: string;
  readonly importer: string;
  readonly bytes: number;
  readonly exportedBefore: number;
}): Uint8Array {
  const names = [wish.tracker, wish.importer].map((name) => utf8(checkInstanceId(name, 'tracker')));
  const parts = names.flatMap((name) => [Uint8Array.of(name.length), name]);
  return concatBytes(TAG, Uint8Array.of(VERSION), ...parts, u64(wish.bytes), u64(wish.exportedBefore));
}

/** Books an export as a debit, when the user signed for it. */
export async function exportCredit(
  request: ExportRequest,
  to: {
    readonly tracker: string;
    readonly directory: Directory;
    readonly ledger: Ledger;
    readonly now: () => number;
  },
): Promise<{ readonly sequence: number } | Refused> {
  const { userId, importer, bytes, exportedBefore, signature } = request;
  const member = to.directory.byId(userId);
  if (member === undefined)
    return refuse('user-unknown', 'user_id', `user_id: ${userId} is not registered; register first`);
  for (const [field, amount] of Object.entries({ bytes, exportedBefore })) {
    const least = field === 'bytes' ? 1 : 0;
    if (Number.isSafeInteger(amount) && amount >= least) continue;
    return refuse('amount', field, `${field}: expected a whole number of bytes from ${least}`);
  }
  if (importer === to.tracker)
    return refuse('other-tracker', 'importer', 'importer: this very tracker; name another one');
  const { publicKey } = member.account;
  let message: Uint8Array;
  try {
    message = exportMessage({ tracker: to.tracker, importer, bytes, exportedBefore });
    if (!verifyBls(publicKey, message, signature))
      throw new AssayError('malformed', 'signature: not by the user over this export');
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'malformed') throw error;
    return refuse('signature', 'signature', `${error.message}; sign the bytes of exportMessage with the long-term key`);
  }
  const booked = hash('sha256', concatBytes(utf8('export\0'), publicKey, message), 'buffer');
  const user = member.number;
  const item = { kind: 'export', booked, user, tracker: to.tracker, importer, bytes, before: exportedBefore } as const;
  const done = await to.ledger.write({ ...item, at: to.now() });
  if ('bookings' in done) throw new Error('the ledger answered bookings to an export');
  return done;
}

/** The document of an export under a checkpoint of now, with the way to it from the size that the importer saw last. */
export async function exportDocument(
  ledger: Ledger,
  sequence: number,
  since: number | null,
): Promise<ExportDocument | Refused> {
  const checkpoint = await ledger.checkpoint();
  const { size } = checkpoint.content;
  const [proof] = (await ledger.proofs([sequence], size)) ?? [];
  if (proof === undefined || parseEntry(proof.entry).kind !== 'export') {
    return refuse(
      'export-unknown',
      'sequence',
      `sequence: entry ${sequence} is no export; take the number of the export's answer`,
    );
  }
  if (since === null) return { schema: 'assay.tracker-export/1', proof, checkpoint, since: null };
  const path = await ledger.consistency(since, size);
  if (path === undefined) {
    const message = `since: the ledger has ${size} entries, not ${since}; ask the importing tracker which size it saw`;
    return refuse('checkpoint-inconsistent', 'since', message);
  }
  return { schema: 'assay.tracker-export/1', proof, checkpoint, since: { size: since, path } };
}
