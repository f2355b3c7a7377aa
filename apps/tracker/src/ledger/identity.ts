import { AssayError } from '@assay/verify';
import { equalBytes } from '@assay/verify/codec';
import type { TrackerDatabase } from './schema.ts';

/** Whose ledger a database has. */
export interface LedgerIdentity {
  /** Id of the tracker. */
  readonly tracker: string;
  /** DER SubjectPublicKeyInfo of the key that signs promises and checkpoints. */
  readonly publicKey: Uint8Array;
}

/**
 * Notes whose ledger it is when it begins. Throws `usage` where it is another one's: what that one promised, nobody could
 * hold this one to, and its users' receipts would name somebody else.
 */
export async function expectOwnLedger(db: TrackerDatabase, { tracker, publicKey }: LedgerIdentity): Promise<void> {
  await db.sql
    .insertInto('tracker_identity')
    .values({ id: 1, tracker, public_key: publicKey })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const kept = await db.sql.selectFrom('tracker_identity').selectAll().executeTakeFirstOrThrow();
  // The usual id follows from the key.
  if (!equalBytes(new Uint8Array(kept.public_key), publicKey)) {
    throw foreign('signed by another key', 'give the --key-file or the --tee-mode of before');
  }
  if (kept.tracker !== tracker) throw foreign(`of ${kept.tracker}, and this is ${tracker}`, 'give that --instance-id');
}

function foreign(what: string, remedy: string): AssayError {
  const message = `database: its ledger is ${what}; ${remedy}, or another database`;
  return new AssayError('usage', message, { field: 'database' });
}
