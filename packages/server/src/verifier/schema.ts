import type { Database, Migration } from '@assay/store';

/** A policy's version: never changed, only withdrawn. */
export interface PolicyRow {
  readonly id: string;
  /** 1, 2 and so on. */
  readonly version: number;
  /** SHA-256 of `policy`, lower-case hex. */
  readonly sha256: string;
  /** RFC 8785 JSON. */
  readonly policy: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly withdrawn_at: number | null;
}

/** A nonce that one caller may use once, for one version of a policy. */
export interface ChallengeRow {
  /** 32 bytes, lower-case hex. */
  readonly nonce: string;
  readonly caller: string;
  readonly policy_id: string;
  readonly policy_version: number;
  readonly created_at: number;
  readonly expires_at: number;
  readonly used_at: number | null;
}

/** A verdict as its caller got it. */
export interface VerdictRow {
  readonly id: string;
  readonly caller: string;
  /** Of the challenge; null where the caller brought policy and nonce himself. */
  readonly nonce: string | null;
  /** The caller and his idempotency key, unique together; null without one. */
  readonly request_key: string | null;
  /** SHA-256 of the request's body, lower-case hex. */
  readonly request_sha256: string;
  /** The answer's bytes as text. */
  readonly answer: string;
  readonly created_at: number;
}

/** The tables of the verification service. Times in milliseconds. */
export interface VerifierSchema {
  readonly verifier_policies: PolicyRow;
  readonly verifier_challenges: ChallengeRow;
  readonly verifier_verdicts: VerdictRow;
  readonly verifier_rollback: { readonly key: string; readonly issued: number };
}

/** The database of the verification service. */
export type VerifierDatabase = Database<VerifierSchema>;

/** A handle inside a transaction of it. */
export type VerifierTransaction = Parameters<Parameters<VerifierDatabase['transaction']>[0]>[0];

/** The name of the service in the table of migrations. */
export const VERIFIER_SERVICE = 'verifier';

/** Forward only; what was released is never changed. */
export const VERIFIER_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-verdicts',
    up: ({ table, integer, text }) => [
      table('verifier_policies', [
        `id ${text} not null`,
        `version ${integer} not null`,
        `sha256 ${text} not null`,
        `policy ${text} not null`,
        `created_at ${integer} not null`,
        `created_by ${text} not null`,
        `withdrawn_at ${integer}`,
        'primary key (id, version)',
      ]),
      table('verifier_challenges', [
        `nonce ${text} primary key`,
        `caller ${text} not null`,
        `policy_id ${text} not null`,
        `policy_version ${integer} not null`,
        `created_at ${integer} not null`,
        `expires_at ${integer} not null`,
        `used_at ${integer}`,
        'foreign key (policy_id, policy_version) references verifier_policies (id, version)',
      ]),
      'create index verifier_challenges_expire on verifier_challenges (expires_at)',
      table('verifier_verdicts', [
        `id ${text} primary key`,
        `caller ${text} not null`,
        // At most one verdict for a challenge, whatever a program does wrong.
        `nonce ${text} unique`,
        `request_key ${text} unique`,
        `request_sha256 ${text} not null`,
        `answer ${text} not null`,
        `created_at ${integer} not null`,
      ]),
      table('verifier_rollback', [`key ${text} primary key`, `issued ${integer} not null`]),
    ],
  },
  {
    name: '0002-age-of-verdicts',
    up: () => ['create index verifier_verdicts_created on verifier_verdicts (created_at)'],
  },
];
