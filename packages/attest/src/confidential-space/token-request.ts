import { tokenNonce } from '@assay/verify/binding';
import type { EvidenceRequest } from '../attester.ts';
import { usage } from '../failure.ts';

/** `PKI` tokens carry their certificates; `OIDC` tokens are judged by the issuer's key set of their day. */
export type TokenType = 'OIDC' | 'PKI';

const MAX_NONCES = 6;
/** In bytes. Google's documents differ; these are the widest limits, and the service has the last word. */
const NONCE = { min: 8, max: 88 } as const;
const MAX_AUDIENCE = 512;
/** Whoever has a token for these audiences acts as the workload on Google Cloud. */
const GOOGLES_OWN = /^(?:https?:)?\/\/(?:sts|iam)\.googleapis\.com(?:[/:?#]|$)/i;

/**
 * The body of `POST /v1/token`: the hash of the report data is the first nonce, the caller's follow. Throws `usage` for
 * what the service would refuse, and for audiences that make the token a credential of Google Cloud.
 */
export async function tokenRequestBody(
  { reportData, nonces = [], audience }: EvidenceRequest,
  tokenType: TokenType,
): Promise<string> {
  if (audience === undefined) throw usage('audience: a token needs one: whom it is for', 'audience');
  checkAudience(audience);
  if (nonces.length > MAX_NONCES - 1)
    throw usage(
      `nonces: expected at most ${MAX_NONCES - 1} beside that of the report data, found ${nonces.length}`,
      'nonces',
    );
  for (const nonce of nonces) {
    const length = sizeOf(nonce, 'nonces');
    if (length < NONCE.min || length > NONCE.max)
      throw usage(`nonces: expected ${NONCE.min} to ${NONCE.max} bytes each, found ${length}`, 'nonces');
  }
  return JSON.stringify({ audience, nonces: [await tokenNonce(reportData), ...nonces], token_type: tokenType });
}

/** Throws `usage` for an audience that no token may have. */
export function checkAudience(audience: string): void {
  const length = sizeOf(audience, 'audience');
  if (length === 0 || length > MAX_AUDIENCE)
    throw usage(`audience: expected 1 to ${MAX_AUDIENCE} bytes, found ${length}`, 'audience');
  if (GOOGLES_OWN.test(audience))
    throw usage(`audience: ${audience} is refused: its token is a credential of Google Cloud`, 'audience');
}

function sizeOf(text: string, field: string): number {
  if (typeof text !== 'string' || !text.isWellFormed()) throw usage(`${field}: expected well-formed text`, field);
  return Buffer.byteLength(text);
}
