import { usage } from '../errors.ts';
import type { Tee } from '../tee.ts';
import type { EndorsementFamily, EndorsementSource, Endorsements } from './handle.ts';
import type { RawEndorsements } from './raw.ts';

/** Options of `authenticateEndorsements`. */
export interface AuthenticateEndorsementsOptions {
  /** The TEE whose evidence they are for. SGX and TDX share theirs. */
  readonly tee: Tee;
  /** DER of root certificates that the caller vouches for, besides the vendor's pinned root. Default: none. */
  readonly roots?: readonly Uint8Array[] | undefined;
  /** `own` when the verifier fetched them itself: only then may its rollback memory learn from them. Default `caller`. */
  readonly source?: EndorsementSource | undefined;
}

/**
 * Checks the signatures of endorsements once; the handle is good for many quotes. Hostile input does not throw:
 * what is wrong is kept in the handle and fails each verdict that uses it. Dates are judged on each use.
 */
export async function authenticateEndorsements(
  raw: RawEndorsements,
  { tee, roots = [], source = 'caller' }: AuthenticateEndorsementsOptions,
): Promise<Endorsements> {
  if (!isTee(tee)) throw usage('tee: pass the TEE whose endorsements these are, for example `sgx`', { field: 'tee' });
  return tee.endorsements.authenticate(raw, { roots, source });
}

/** True for a handle, false for endorsements as received. */
export function isHandle(endorsements: RawEndorsements | Endorsements): endorsements is Endorsements {
  return 'family' in endorsements;
}

/** True for something that can be passed as a TEE. */
export function isTee(value: unknown): value is Tee {
  const family: EndorsementFamily | undefined = (value as Partial<Tee> | undefined)?.endorsements?.family;
  return family !== undefined;
}
