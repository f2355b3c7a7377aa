import { CompiledQuery, type Transaction } from 'kysely';
import { endsTransaction } from './errors.ts';

/** The statement after which a failed transaction goes on. */
export const ROLLBACK_TO_SAVEPOINT = 'rollback to savepoint assay';

/** Runs part of a transaction: when it throws, its writes alone are undone and the transaction can go on. */
export async function savepoint<Schema, T>(transaction: Transaction<Schema>, work: () => Promise<T>): Promise<T> {
  const run = (sql: string): Promise<unknown> => transaction.executeQuery(CompiledQuery.raw(sql));
  await run('savepoint assay');
  try {
    const result = await work();
    await run('release savepoint assay');
    return result;
  } catch (error) {
    if (endsTransaction(error)) throw error;
    await run(ROLLBACK_TO_SAVEPOINT);
    await run('release savepoint assay');
    throw error;
  }
}
