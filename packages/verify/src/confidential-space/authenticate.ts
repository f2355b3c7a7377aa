import { toIso, type UnixSeconds } from '../codec/time.ts';
import { issuerKey } from '../crypto/certificate-key.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { Authenticated, Clock } from '../tee.ts';
import type { Authority } from '../verdict/check.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { vouchedBy } from './endorsements.ts';
import { listedSigner } from './key-set.ts';
import { GOOGLE_ISSUER } from './pins.ts';
import { certifiedSigner } from './pki.ts';
import type { Signer } from './signer.ts';
import { ALGORITHM, shown, type Token } from './token.ts';
import type { TokenClaims } from './token-claims.ts';

const SIMULATED = 'Accept it in tests only: it counts as simulated.';

/** A token whose chain or key set, signature, issuer and times were checked. */
export interface AuthenticatedToken extends Authenticated {
  readonly said: TokenClaims;
}

/**
 * Checks who signed a token, and when. PKI: a caller's root makes it simulated. OIDC: Google's keys rotate, so the
 * caller's key set is the trust; another issuer, or a key that a test vendor marked, makes it simulated. A caller who
 * gives a stranger's key set as Google's cannot be helped: then a forged token with Google's issuer passes.
 */
export async function authenticateToken(
  token: Token,
  endorsements: Endorsements,
  clock: Clock,
  checks: Checklist,
): Promise<AuthenticatedToken> {
  const { said, claims, kind } = token;
  const { keys, roots } = vouchedBy(endorsements);
  const listed = kind === 'oidc' ? listedSigner(token, keys, endorsements.source, checks) : undefined;
  const signer = listed ?? (await certifiedSigner(token, roots, clock, checks));
  await testSignature(token, signer, checks);
  const foreign = said.issuer !== GOOGLE_ISSUER;
  testIssuer(token, signer, checks);
  testTimes(said, clock, checks);
  const simulated = listed === undefined ? signer.anchor === 'caller' : foreign || listed.simulated;
  return { said, claims, tcb: null, simulated, validity: validityOf(said, signer) };
}

async function testSignature({ jws, kind }: Token, { key }: Signer, checks: Checklist): Promise<void> {
  if (jws.header.alg !== ALGORITHM || key === undefined) {
    checks.skip('cs.token.signature', key === undefined ? 'no key to check it with' : 'the algorithm was refused');
    return;
  }
  const ready = await issuerKey({ kind: 'rsa', raw: key.spki }, 'rsa-sha256');
  const holds = ready !== undefined && (await ready.verify(jws.signature, jws.signed));
  const authority: Authority | undefined = kind === 'oidc' ? 'caller' : undefined;
  checks.test('cs.token.signature', holds, { authority });
}

function testIssuer({ said, kind }: Token, { anchor }: Signer, checks: Checklist): void {
  const detail = { expected: GOOGLE_ISSUER, actual: shown(said.issuer) };
  const named = said.issuer !== undefined && said.issuer !== '';
  if (said.issuer === GOOGLE_ISSUER) checks.pass('cs.token.issuer', detail);
  // Google's root signs for Google's issuer only.
  else if (!named || anchor === 'google') checks.fail('cs.token.issuer', detail);
  else if (kind === 'pki' && anchor === undefined) checks.skip('cs.token.issuer', 'the root is not trusted');
  else checks.warn('cs.token.issuer', { ...detail, authority: 'caller', remedy: SIMULATED });
}

function testTimes({ expires, notBefore, issuedAt }: TokenClaims, { now, skew }: Clock, checks: Checklist): void {
  // RFC 7519 section 4.1.4: on the second of exp a token is expired.
  checks.test(
    'cs.token.expiry',
    expires !== undefined && now - skew < expires,
    against(`after ${toIso(now)}`, expires),
  );
  const already = notBefore !== undefined && now + skew >= notBefore;
  checks.test('cs.token.not-before', already, against(`by ${toIso(now)}`, notBefore));
  checks.test(
    'cs.token.issued-at',
    issuedAt !== undefined && now + skew >= issuedAt,
    against(`by ${toIso(now)}`, issuedAt),
  );
}

function against(expected: string, time: UnixSeconds | undefined): { expected: string; actual: string } {
  return { expected, actual: time === undefined ? 'absent' : toIso(time) };
}

function validityOf({ expires, notBefore, issuedAt }: TokenClaims, { validity }: Signer): Authenticated['validity'] {
  if (expires === undefined || notBefore === undefined || issuedAt === undefined) return null;
  return {
    notBefore: Math.max(notBefore, issuedAt, validity?.notBefore ?? 0),
    notAfter: Math.min(expires - 1, validity?.notAfter ?? expires),
  };
}
