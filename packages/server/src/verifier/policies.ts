import { createHash } from 'node:crypto';
import type { Policy } from '@assay/verify';
import { canonicalJson, type Json, type JsonObject, parseJsonObject } from '@assay/verify/codec';
import { parsePolicy } from '@assay/verify/policy';
import { Problem } from '../problem/problem.ts';
import type { PolicyRow, VerifierDatabase, VerifierTransaction } from './schema.ts';

/** What a policy's version is told apart by. */
export interface PolicyRef {
  readonly id: string;
  readonly version: number;
  /** SHA-256 of its RFC 8785 JSON, lower-case hex. */
  readonly sha256: string;
}

/** A policy's version as callers see it. */
export interface PolicyDocument extends PolicyRef {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** ISO 8601; null while it is in force. */
  readonly withdrawnAt: string | null;
  readonly policy: JsonObject;
}

/** Stored policies. */
export interface Policies {
  /** Makes a new version, unless the newest is the same and in force. Throws `usage` or a `Problem`. */
  readonly put: (id: string, policy: Json, by: string) => Promise<PolicyDocument & { readonly created: boolean }>;
  /** A version, or the newest one. Throws a `Problem`. */
  readonly get: (id: string, version?: number) => Promise<PolicyDocument>;
  /** The newest version in force; undefined where there is none. */
  readonly inForce: (id: string) => Promise<PolicyRow | undefined>;
  /** The newest versions of up to `PAGE` policies whose ids come after this one. */
  readonly list: (after: string) => Promise<readonly PolicyDocument[]>;
  /** Withdraws a version for good: its challenges get no verdict any more. Throws a `Problem`. */
  readonly withdraw: (id: string, version: number) => Promise<PolicyDocument>;
  /** The policy of a row, parsed once. */
  readonly parsed: (ref: Pick<PolicyRow, 'sha256' | 'policy'>) => Policy;
}

/** Policies on one page. */
export const PAGE = 100;

const MOST_PARSED = 1_000;

/** The policies of a database. */
export function createPolicies(db: VerifierDatabase, now: () => Date): Policies {
  const known = new Map<string, Policy>();
  const get = async (id: string, version?: number): Promise<PolicyDocument> => {
    const row = await rowOf(db.sql, id, version);
    if (row === undefined) throw missingPolicy(id, version);
    return documentOf(row);
  };
  return {
    get,
    put: (id, policy, by) => {
      expectStorable(parsePolicy(policy));
      const text = canonicalJson(policy);
      const sha256 = createHash('sha256').update(text).digest('hex');
      return db.transaction(async (trx) => {
        const newest = await rowOf(trx, id);
        if (newest?.sha256 === sha256 && newest.withdrawn_at === null) return { ...documentOf(newest), created: false };
        const version = (newest?.version ?? 0) + 1;
        const made = { created_at: now().getTime(), created_by: by, withdrawn_at: null };
        const row: PolicyRow = { id, version, sha256, policy: text, ...made };
        await trx.insertInto('verifier_policies').values(row).execute();
        return { ...documentOf(row), created: true };
      });
    },
    inForce: (id) => rowOf(db.sql, id, undefined, true),
    list: async (after) => {
      const rows = await db.sql
        .selectFrom('verifier_policies as one')
        .selectAll()
        .where('id', '>', after)
        .whereRef('version', '=', (query) =>
          query
            .selectFrom('verifier_policies as other')
            .select(({ fn }) => fn.max('other.version').as('newest'))
            .whereRef('other.id', '=', 'one.id'),
        )
        .orderBy('id')
        .limit(PAGE)
        .execute();
      return rows.map(documentOf);
    },
    withdraw: (id, version) =>
      db.transaction(async (trx) => {
        const row = await rowOf(trx, id, version);
        if (row === undefined) throw missingPolicy(id, version);
        const withdrawn = { ...row, withdrawn_at: row.withdrawn_at ?? now().getTime() };
        await trx
          .updateTable('verifier_policies')
          .set({ withdrawn_at: withdrawn.withdrawn_at })
          .where('id', '=', id)
          .where('version', '=', version)
          .execute();
        return documentOf(withdrawn);
      }),
    parsed: ({ sha256, policy }) => {
      const parsed = known.get(sha256) ?? parsePolicy(parseJsonObject(policy, 'policy'));
      known.delete(sha256);
      known.set(sha256, parsed);
      const [oldest] = known.keys();
      if (known.size > MOST_PARSED && oldest !== undefined) known.delete(oldest);
      return parsed;
    },
  };
}

/** A challenge is a nonce: a policy that says nonces do not matter would make it look fresher than it is. */
function expectStorable({ freshness }: Policy): void {
  if (freshness !== 'any') return;
  const field = 'policy.freshness';
  const remedy = 'leave it out; with a policy of your own in the request you can do without a nonce';
  throw new Problem(
    'bad_request',
    `${field}: a stored policy is for challenges, whose nonces it must not waive; ${remedy}`,
    {
      field,
    },
  );
}

async function rowOf(
  db: VerifierDatabase['sql'] | VerifierTransaction,
  id: string,
  version?: number,
  inForce = false,
): Promise<PolicyRow | undefined> {
  let query = db.selectFrom('verifier_policies').selectAll().where('id', '=', id);
  if (version !== undefined) query = query.where('version', '=', version);
  if (inForce) query = query.where('withdrawn_at', 'is', null);
  return query.orderBy('version', 'desc').limit(1).executeTakeFirst();
}

function documentOf({ id, version, sha256, policy, ...row }: PolicyRow): PolicyDocument {
  const withdrawnAt = row.withdrawn_at === null ? null : new Date(row.withdrawn_at).toISOString();
  const createdAt = new Date(row.created_at).toISOString();
  return { id, version, sha256, createdAt, createdBy: row.created_by, withdrawnAt, policy: parseJsonObject(policy) };
}

/** There is no such policy, or none in force. */
export function missingPolicy(id: string, version?: number): Problem {
  const name = version === undefined ? id : `${id}@${version}`;
  return new Problem('not_found', `policy: there is no ${name} in force here; see /v1/policies`, { field: 'policy' });
}
