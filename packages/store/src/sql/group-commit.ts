import type { Transaction } from 'kysely';
import { checkLimits, unavailable, usage } from '../failure.ts';
import type { Database } from './database.ts';
import { endsTransaction } from './errors.ts';
import { savepoint } from './savepoint.ts';

/** Many callers' small writes in few transactions. */
export interface GroupCommit<Item, Result> {
  /** Answers after the commit; throws what this item alone did wrong, or `unavailable`. */
  readonly add: (item: Item) => Promise<Result>;
  /** Takes no more items and resolves when the last one is answered. */
  readonly close: () => Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * Gathers items while a transaction runs, and writes them in the next one. `write` writes a batch and answers one result
 * per item, in order; it may be called again for the same items, each time after all that it did was undone. When it
 * throws, each item of the batch is written alone, so that one item's failure is its own. At most `limit` items wait
 * (4,096 unless given), `largest` go together (256).
 */
export function createGroupCommit<Schema, Item, Result>(
  db: Database<Schema>,
  options: {
    readonly write: (transaction: Transaction<Schema>, items: readonly Item[]) => Promise<readonly Result[]>;
    readonly limit?: number;
    readonly largest?: number;
  },
): GroupCommit<Item, Result> {
  const { write, limit = 4_096, largest = 256 } = options;
  checkLimits({ limit, largest });
  const waiting: Waiting<Item, Result>[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  const writeAll = async (
    transaction: Transaction<Schema>,
    items: readonly Item[],
  ): Promise<readonly Outcome<Result>[]> => {
    const results = await write(transaction, items);
    if (results.length !== items.length) {
      throw usage(`write answered ${results.length} results for ${items.length} items; expected one for each`);
    }
    return results.map((result) => ({ result }));
  };

  const writeEach = async (
    transaction: Transaction<Schema>,
    items: readonly Item[],
  ): Promise<readonly Outcome<Result>[]> => {
    const outcomes: Outcome<Result>[] = [];
    for (const item of items) {
      try {
        outcomes.push(...(await savepoint(transaction, () => writeAll(transaction, [item]))));
      } catch (error) {
        if (endsTransaction(error)) throw error;
        outcomes.push({ error });
      }
    }
    return outcomes;
  };

  const commit = async (items: readonly Item[]): Promise<readonly Outcome<Result>[]> => {
    try {
      return await db.transaction((transaction) => writeAll(transaction, items));
    } catch (error) {
      if (endsTransaction(error) || items.length === 1) throw error;
      return await db.transaction((transaction) => writeEach(transaction, items));
    }
  };

  const answer = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const outcomes = await commit(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome !== undefined && 'result' in outcome) resolve(outcome.result);
        else reject(outcome?.error);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Lets every request that has arrived add its item first.
      await new Promise(setImmediate);
      await answer(waiting.splice(0, largest));
    }
    running = undefined;
  };

  return {
    add: async (item) => {
      if (closed) throw usage('the group commit is closed');
      if (waiting.length >= limit) throw unavailable(`${limit} writes wait for the database already; try again later`);
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= drain();
      });
    },
    close: async () => {
      closed = true;
      await running;
    },
  };
}
