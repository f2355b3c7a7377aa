import { toHex } from '../codec/hex.ts';
import type { Claims } from '../verdict/verdict.ts';
import { isAmong, type Shown } from './freshness.ts';
import type { Expected } from './profiles/expectation.ts';
import type { Statement } from './statement.ts';

/** A statement's nonce. A token made for one statement also holds the nonce itself, beside the statement's hash. */
export function shownBy(statement: Statement, claims: Claims, profile: 'assay/1' | 'assay/1-batch'): Shown {
  const { nonces, reportData } = claims;
  const beside = reportData === null && profile === 'assay/1';
  return {
    nonce: (nonce) => {
      const named = statement.nonce === toHex(nonce);
      const actual = statement.nonce ?? 'a statement without nonce';
      if (named && beside && !isAmong(nonces, nonce))
        return { holds: false, actual: `not beside: ${nonces.join(', ')}` };
      return { holds: named, actual };
    },
    issuedAt: statement.issuedAt,
  };
}

/** Tokens show nonces without a statement too. */
export function shownByToken({ nonces, reportData }: Claims, missing: string): Shown {
  const isToken = reportData === null && nonces.length > 0;
  const nonce: Shown['nonce'] = (value) => ({ holds: isAmong(nonces, value), actual: nonces.join(', ') });
  return { nonce: isToken ? nonce : missing, issuedAt: missing };
}

/** A nonce that the relying party itself put at the start of what it had quoted. */
export function shownByForeign(
  profile: string,
  expected: Expected | undefined,
  nonce: Uint8Array | undefined,
  claims: Claims,
): Shown {
  const missing = expected === undefined ? 'what was quoted was refused' : `the profile ${profile} carries no time`;
  const issuedAt = expected?.issuedAt ?? missing;
  if (expected?.chosen === undefined || nonce === undefined) {
    return { ...shownByToken(claims, `the profile ${profile} shows none here`), issuedAt };
  }
  const start = toHex(expected.chosen.subarray(0, nonce.length));
  if (start !== toHex(nonce)) return { nonce: 'what was quoted does not start with the nonce', issuedAt };
  return { nonce: () => ({ holds: true, actual: start }), issuedAt };
}
