import { usage } from '../errors.ts';
import { isTee, type Tee } from '../tee.ts';
import type { EndorsementSource, Endorsements } from './handle.ts';
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
 *
 * @throws AssayError `usage` when `tee` is no TEE.
 * @example
 * const endorsements = await authenticateEndorsements(endorsementsFromDirectory(files), { tee: sgx, source: 'own' });
 */
export async function authenticateEndorsements(
  raw: RawEndorsements,
  { tee, roots = [], source = 'caller' }: AuthenticateEndorsementsOptions,
): Promise<Endorsements> {
  if (!isTee(tee)) throw usage('tee: pass the TEE whose endorsements these are, for example `sgx`', { field: 'tee' });
  return tee.endorsements.authenticate(raw, { roots, source });
}
