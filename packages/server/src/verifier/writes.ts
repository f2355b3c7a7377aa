import { insertRows } from '@assay/store';
import type { Problem } from '../problem/problem.ts';
import { challengeProblem, reusedKey } from './refusals.ts';
import type { ChallengeRow, VerdictRow, VerifierDatabase, VerifierTransaction } from './schema.ts';

/** A challenge with what became of its policy's version. */
export interface KnownChallenge extends ChallengeRow {
  /** SHA-256 of the policy, lower-case hex. */
  readonly sha256: string;
  readonly policy: string;
  readonly withdrawn_at: number | null;
}

/** A challenge that is given out, or a verdict that is kept and uses up its challenge. */
export type Write = { readonly challenge: ChallengeRow } | { readonly verdict: VerdictRow };

/** What the caller gets, or why he gets nothing. */
export type Outcome = { readonly answer: string } | { readonly refused: Problem };

type Reader = VerifierDatabase['sql'] | VerifierTransaction;

/** The challenges of these nonces. */
export async function challengesOf(
  db: Reader,
  nonces: readonly string[],
): Promise<ReadonlyMap<string, KnownChallenge>> {
  if (nonces.length === 0) return new Map();
  const rows = await db
    .selectFrom('verifier_challenges as challenge')
    .innerJoin('verifier_policies as policy', (join) =>
      join.onRef('policy.id', '=', 'challenge.policy_id').onRef('policy.version', '=', 'challenge.policy_version'),
    )
    .selectAll('challenge')
    .select(['policy.sha256', 'policy.policy', 'policy.withdrawn_at'])
    .where('challenge.nonce', 'in', padded(nonces))
    .execute();
  return new Map(rows.map((row) => [row.nonce, row]));
}

/** The answers that these requests got. */
export async function answersOf(
  db: Reader,
  requestKeys: readonly string[],
): Promise<ReadonlyMap<string, Pick<VerdictRow, 'request_sha256' | 'answer'>>> {
  if (requestKeys.length === 0) return new Map();
  const rows = await db
    .selectFrom('verifier_verdicts')
    .select(['request_key', 'request_sha256', 'answer'])
    .where('request_key', 'in', padded(requestKeys))
    .execute();
  return new Map(rows.flatMap((row) => (row.request_key === null ? [] : [[row.request_key, row] as const])));
}

/** Writes a batch; of two verdicts for one challenge, or with one key, the first is kept. */
export async function writeAll(trx: VerifierTransaction, writes: readonly Write[]): Promise<readonly Outcome[]> {
  const verdicts = writes.flatMap((write) => ('verdict' in write ? [write.verdict] : []));
  const challenges = writes.flatMap((write) => ('challenge' in write ? [write.challenge] : []));
  const open = new Map(
    await challengesOf(
      trx,
      verdicts.flatMap(({ nonce }) => nonce ?? []),
    ),
  );
  const answered = new Map(
    await answersOf(
      trx,
      verdicts.flatMap(({ request_key: key }) => key ?? []),
    ),
  );
  const kept: VerdictRow[] = [];
  const settle = (verdict: VerdictRow): Outcome => {
    const { nonce, request_key: key, request_sha256: sha256, answer, caller, created_at: at } = verdict;
    const before = key === null ? undefined : answered.get(key);
    if (before !== undefined) {
      return before.request_sha256 === sha256 ? { answer: before.answer } : { refused: reusedKey() };
    }
    if (nonce !== null) {
      const challenge = open.get(nonce);
      const refused = challengeProblem(challenge, caller, at);
      if (refused !== undefined) return { refused };
      if (challenge !== undefined) open.set(nonce, { ...challenge, used_at: at });
    }
    if (key !== null) answered.set(key, verdict);
    kept.push(verdict);
    return { answer };
  };
  const outcomes = writes.map((write) => ('verdict' in write ? settle(write.verdict) : { answer: '' }));
  await insertRows(trx, 'verifier_challenges', challenges);
  await insertRows(trx, 'verifier_verdicts', kept);
  await useUp(trx, kept);
  return outcomes;
}

async function useUp(trx: VerifierTransaction, kept: readonly VerdictRow[]): Promise<void> {
  const nonces = kept.flatMap(({ nonce }) => nonce ?? []);
  const [first] = kept;
  if (nonces.length === 0 || first === undefined) return;
  await trx
    .updateTable('verifier_challenges')
    .set({ used_at: first.created_at })
    .where('nonce', 'in', padded(nonces))
    .execute();
}

/** Repeats the last one up to a power of two, so that few statements are prepared. */
function padded(texts: readonly string[]): readonly string[] {
  const last = texts.at(-1) ?? '';
  const length = 2 ** Math.ceil(Math.log2(texts.length));
  return [...texts, ...Array.from({ length: length - texts.length }, () => last)];
}
