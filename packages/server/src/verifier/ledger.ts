import { ConstraintViolation, createGroupCommit } from '@assay/store';
import { challengeProblem, reusedKey } from './refusals.ts';
import type { ChallengeRow, VerdictRow, VerifierDatabase, VerifierSchema, VerifierTransaction } from './schema.ts';
import { answersOf, challengesOf, type KnownChallenge, type Outcome, type Write, writeAll } from './writes.ts';

/** Challenges and verdicts, each written durably before it is answered. */
export interface Ledger {
  /** The challenge, if this caller may use it at that instant (unix milliseconds). Throws a `Problem`. */
  readonly challenge: (nonce: string, caller: string, at: number) => Promise<KnownChallenge>;
  /** The answer that the same request got before. Throws a `Problem` where the key belongs to another request. */
  readonly answered: (requestKey: string, requestSha256: string) => Promise<string | undefined>;
  readonly issue: (challenge: ChallengeRow) => Promise<void>;
  /**
   * Keeps a verdict and uses up its challenge, in one transaction. Resolves with what the caller gets: the kept answer,
   * where the same request came before. Throws a `Problem` where the challenge cannot be used any more.
   */
  readonly settle: (verdict: VerdictRow) => Promise<string>;
  readonly verdict: (id: string) => Promise<Pick<VerdictRow, 'caller' | 'answer'> | undefined>;
  /** Forgets challenges that expired before an instant, and verdicts given before another one (unix milliseconds). */
  readonly forget: (before: { readonly challenges: number; readonly verdicts: number }) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How often a write is tried that another instance's came before. */
const ATTEMPTS = 3;

/** Rows that are forgotten in one transaction. */
const PART = 1_000;

interface Deletion {
  readonly executeTakeFirstOrThrow: () => Promise<{ readonly numDeletedRows: bigint }>;
}

/** The ledger in a database. */
export function createLedger(db: VerifierDatabase): Ledger {
  const group = createGroupCommit<VerifierSchema, Write, Outcome>(db, { write: writeAll });
  const write = async (item: Write): Promise<string> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await group.add(item);
        if ('refused' in outcome) throw outcome.refused;
        return outcome.answer;
      } catch (error) {
        // Another instance was first: the next look finds what it wrote.
        if (!(error instanceof ConstraintViolation) || attempt === ATTEMPTS) throw error;
      }
    }
  };
  /** Rows go in parts: requests that write get their turn in between. */
  const inParts = async (deletion: (trx: VerifierTransaction) => Deletion): Promise<void> => {
    for (;;) {
      const { numDeletedRows } = await db.transaction((trx) => deletion(trx).executeTakeFirstOrThrow());
      if (numDeletedRows < PART) return;
    }
  };
  return {
    challenge: async (nonce, caller, at) => {
      const known = (await challengesOf(db.sql, [nonce])).get(nonce);
      const refused = challengeProblem(known, caller, at);
      if (refused !== undefined || known === undefined) throw refused;
      return known;
    },
    answered: async (requestKey, requestSha256) => {
      const before = (await answersOf(db.sql, [requestKey])).get(requestKey);
      if (before !== undefined && before.request_sha256 !== requestSha256) throw reusedKey();
      return before?.answer;
    },
    issue: async (challenge) => void (await write({ challenge })),
    settle: (verdict) => write({ verdict }),
    verdict: (id) =>
      db.sql.selectFrom('verifier_verdicts').select(['caller', 'answer']).where('id', '=', id).executeTakeFirst(),
    forget: async ({ challenges, verdicts }) => {
      await inParts((trx) =>
        trx
          .deleteFrom('verifier_challenges')
          .where('nonce', 'in', (old) =>
            old.selectFrom('verifier_challenges').select('nonce').where('expires_at', '<', challenges).limit(PART),
          ),
      );
      await inParts((trx) =>
        trx
          .deleteFrom('verifier_verdicts')
          .where('id', 'in', (old) =>
            old.selectFrom('verifier_verdicts').select('id').where('created_at', '<', verdicts).limit(PART),
          ),
      );
    },
    close: group.close,
  };
}
