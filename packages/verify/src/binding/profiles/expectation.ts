import type { UnixSeconds } from '../../codec/time.ts';
import type { Awaitable } from '../../crypto/types.ts';
import type { BindingProfile } from '../../policy/policy.ts';
import type { ClaimedKey, Claims } from '../../verdict/verdict.ts';
import type { Subject } from '../subject.ts';

/** Profiles of other systems: report data is made of the subject alone, without a statement. */
export type ForeignProfile = Exclude<BindingProfile, 'assay/1' | 'assay/1-batch'>;

/** What report data must be, if the evidence is about the subject. */
export interface Expected {
  /** 64 bytes. */
  readonly reportData: Uint8Array;
  /** How it was made, where a profile has several ways. */
  readonly how?: string | undefined;
  /** Bytes of the relying party's choice that report data commits to: where they start with its nonce, it is fresh. */
  readonly chosen?: Uint8Array | undefined;
  readonly keys?: readonly ClaimedKey[] | undefined;
  /** The attester's clock, where report data carry it. */
  readonly issuedAt?: UnixSeconds | undefined;
}

/**
 * `expected`, or what the relying party did not say (`missing`), or why what it saw cannot be what was attested
 * (`refused`).
 */
export type Expectation = Expected | { readonly missing: string } | { readonly refused: string };

/**
 * One foreign profile: from what the relying party saw to the report data it expects. Claims are for parts of report data
 * that nobody else can know, such as a time. Throws `usage` only.
 */
export type Profile = (subject: Subject, claims: Pick<Claims, 'reportData'>) => Awaitable<Expectation>;

/** Report data of fewer bytes: they come first, zeros follow. */
export function padded(bytes: Uint8Array): Uint8Array {
  const reportData = new Uint8Array(64);
  reportData.set(bytes);
  return reportData;
}
