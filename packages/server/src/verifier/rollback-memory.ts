import type { RollbackMemory } from '@assay/verify/memory';
import type { VerifierDatabase } from './schema.ts';

/** How long a date is believed before the database is asked again: other instances learn, too. Milliseconds. */
const BELIEVED_MS = 30_000;
const MOST_KEYS = 10_000;

interface Known {
  readonly issued: number | undefined;
  readonly at: number;
}

/** The newest issue dates of endorsements, kept in the database that all instances share. */
export function createStoredMemory(db: VerifierDatabase, now: () => Date): RollbackMemory {
  const known = new Map<string, Known>();
  const learn = (key: string, read: number | undefined): number | undefined => {
    // A date that was read before a newer one was written may arrive after that: dates never go back.
    const before = known.get(key)?.issued;
    const issued = before === undefined || (read !== undefined && read > before) ? read : before;
    known.delete(key);
    known.set(key, { issued, at: now().getTime() });
    const [oldest] = known.keys();
    if (known.size > MOST_KEYS && oldest !== undefined) known.delete(oldest);
    return issued;
  };
  const believed = (key: string): Known | undefined => {
    const found = known.get(key);
    const age = now().getTime() - (found?.at ?? 0);
    return found !== undefined && age >= 0 && age < BELIEVED_MS ? found : undefined;
  };
  const newest = async (key: string): Promise<number | undefined> => {
    const found = believed(key);
    if (found !== undefined) return found.issued;
    const row = await db.sql.selectFrom('verifier_rollback').select('issued').where('key', '=', key).executeTakeFirst();
    return learn(key, row?.issued);
  };
  return {
    now,
    newest,
    remember: async (key, issued) => {
      const before = await newest(key);
      if (before !== undefined && before >= issued) return;
      await db.transaction(async (trx) => {
        await trx
          .insertInto('verifier_rollback')
          .values({ key, issued })
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet({ issued }).where('verifier_rollback.issued', '<', issued),
          )
          .execute();
      });
      learn(key, issued);
    },
  };
}
