import type { Evidence, Policy } from '@assay/verify';
import type { Subject } from '@assay/verify/binding';
import { readSubject } from '@assay/verify/bundle';
import { asObject, type Json, type JsonObject } from '@assay/verify/codec';
import { readEndorsements } from '@assay/verify/endorsements';
import { parsePolicy } from '@assay/verify/policy';
import { members, wrong } from './body.ts';
import { type GivenEvidence, givenEvidence } from './given-evidence.ts';
import { TEES } from './judge.ts';

/** The id of a policy. */
export const POLICY_ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const NONCE = /^(?:[0-9a-f]{2}){16,64}$/;
const IDEMPOTENCY_KEY = /^[!-~]{1,128}$/;

/** What a caller wants judged. */
export interface VerifyRequest {
  readonly given: GivenEvidence;
  readonly subject: Subject | undefined;
  /** The public key (JWK) that a token is to be bound to. */
  readonly key: JsonObject | undefined;
  /** The nonce of a challenge; or policy and nonce of the caller's own. */
  readonly under: { readonly challenge: string } | { readonly policy: Policy; readonly nonce: string | undefined };
}

/** Reads `{policyId}`. Throws a `Problem` that names the member. */
export function readChallengeRequest(body: Uint8Array): string {
  const { policyId } = members(body, ['policyId'], []);
  if (typeof policyId !== 'string' || !POLICY_ID.test(policyId)) throw wrong('policyId', 'expected the id of a policy');
  return policyId;
}

/**
 * Reads `{challenge, evidence}` or `{policy, nonce?, evidence}`, with what belongs to the evidence: `endorsements`,
 * `subject`, `key`. Throws a `Problem` or `AssayError` that names the member; broken evidence is a verdict's to refuse.
 */
export async function readVerifyRequest(body: Uint8Array): Promise<VerifyRequest> {
  const request = members(body, ['evidence'], ['challenge', 'policy', 'nonce', 'endorsements', 'subject', 'key']);
  const { evidence, challenge, policy, nonce, endorsements, subject, key } = request;
  const given = await givenEvidence(evidence ?? null, TEES);
  return {
    given: endorsements === undefined ? given : endorsed(given, endorsements),
    subject: subject === undefined ? undefined : readSubject(asObject(subject, 'subject')),
    key: key === undefined ? undefined : asObject(key, 'key'),
    under: underWhat(challenge, policy, nonce),
  };
}

/** Endorsements beside evidence go before those within. */
function endorsed(given: GivenEvidence, endorsements: Json): GivenEvidence {
  const read: Evidence['endorsements'] = readEndorsements(asObject(endorsements, 'endorsements'));
  return 'malformed' in given ? given : { ...given, endorsements: read };
}

function underWhat(
  challenge: Json | undefined,
  policy: Json | undefined,
  nonce: Json | undefined,
): VerifyRequest['under'] {
  if (policy === undefined) {
    if (nonce !== undefined) throw wrong('nonce', 'it goes with a policy of your own; a challenge has its nonce');
    if (typeof challenge !== 'string' || !NONCE.test(challenge)) {
      throw wrong('challenge', 'expected the nonce of a challenge, or a policy in its place');
    }
    return { challenge };
  }
  if (challenge !== undefined) throw wrong('policy', 'a challenge has its policy; leave one of them out');
  if (nonce !== undefined && (typeof nonce !== 'string' || !NONCE.test(nonce))) {
    throw wrong('nonce', 'expected 16 to 64 bytes of lower-case hexadecimal');
  }
  return { policy: parsePolicy(policy), nonce };
}

/** The request's idempotency key, 1 to 128 printable characters; undefined without one. Throws a `Problem`. */
export function idempotencyKeyOf({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) throw wrong('idempotency-key', 'expected 1 to 128 printable characters');
  return key;
}
