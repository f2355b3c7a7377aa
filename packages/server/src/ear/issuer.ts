import { AssayError, type TeeName, type Verdict } from '@assay/verify';
import { fromHex, fromIso, type JsonObject, toBase64Url } from '@assay/verify/codec';
import { SignJWT } from 'jose';
import { isBound, readAttestedKey } from './attested-key.ts';
import type { EarKind } from './key-file.ts';
import type { EarKeys } from './keys.ts';
import { type PolicyVersion, policyReference } from './policy-reference.ts';
import { type Tier, tierOf, worst } from './tier.ts';
import { trustVector } from './vector.ts';

/** The profile of draft-ietf-rats-ear-04. */
export const EAR_PROFILE = 'tag:ietf.org,2026:rats/ear#04';

/** The longest life of a token, in seconds. */
export const EAR_SECONDS = 600;

/** Who issues, and with which keys. */
export interface EarIssuerOptions {
  /** `iss` of tokens about genuine evidence: this service's URL. */
  readonly issuer: string;
  /** `iss` of tokens about simulated evidence: another one, so that nobody takes the one for the other. */
  readonly simulatedIssuer: string;
  readonly keys: Pick<EarKeys, 'signing'>;
  readonly clock: () => Date;
  /** `ear_verifier_id`: who built this verifier, and which build it is. */
  readonly verifier: { readonly developer: string; readonly build: string };
}

/** What a token says. */
export interface EarRequest {
  readonly verdict: Verdict;
  /** The stored policy under which the verdict was given; there are no tokens under a caller's own. */
  readonly policy: PolicyVersion;
  /** `aud`: the id of the caller. */
  readonly audience: string;
  /** The challenge, 16 to 64 bytes in lower-case hex. */
  readonly nonce: string;
  /** The public key that the token is to be bound to: a JWK, or a DER SubjectPublicKeyInfo. */
  readonly key: JsonObject | Uint8Array | undefined;
}

/** Issues attestation results as tokens (draft-ietf-rats-ear-04). */
export interface EarIssuer {
  /**
   * A JWT signed with ES256; undefined when none can be: the evidence is not authentic, not bound, not about the key, or
   * what the verdict rests on has expired. A verdict that refuses for other reasons gets a token that says so. Throws
   * `malformed` for a broken key.
   */
  readonly issue: (request: EarRequest) => Promise<string | undefined>;
}

/** Makes an issuer. Throws `usage` when both issuers are the same, or a name is empty. */
export function createEarIssuer({ issuer, simulatedIssuer, keys, clock, verifier }: EarIssuerOptions): EarIssuer {
  const { developer, build } = verifier;
  for (const [field, value] of Object.entries({ issuer, simulatedIssuer, developer, build })) {
    if (value === '') throw new AssayError('usage', `${field}: expected a name`, { field });
  }
  if (issuer === simulatedIssuer) {
    const field = 'simulatedIssuer';
    throw new AssayError('usage', `${field}: expected another name than issuer's; give it one`, { field });
  }
  const issuers: Readonly<Record<EarKind, string>> = { genuine: issuer, simulated: simulatedIssuer };
  return {
    issue: async ({ verdict, policy, audience, nonce, key }) => {
      const reference = policyReference(policy);
      const challenge = challengeOf(nonce);
      if (audience === '')
        throw new AssayError('usage', 'audience: expected the id of the caller', { field: 'audience' });
      const attested = key && (await readAttestedKey(key));
      const { tee, validity } = verdict;
      const now = Math.floor(clock().getTime() / 1000);
      const expires = validity === null ? 0 : Math.min(now + EAR_SECONDS, fromIso(validity.notAfter));
      if (tee === null || expires <= now || attested === undefined || !isBound(attested, verdict)) return undefined;
      const kind: EarKind = verdict.simulated ? 'simulated' : 'genuine';
      const { kid, privateKey } = await keys.signing(kind);
      return new SignJWT({
        eat_profile: EAR_PROFILE,
        eat_nonce: toBase64Url(challenge),
        cnf: { jkt: attested.jkt },
        ear_verifier_id: { developer, build },
        ...appraisal(verdict, tee, reference),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'eat+jwt', kid })
        .setIssuer(issuers[kind])
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(privateKey);
    },
  };
}

/** One attester, labelled with the name of its TEE. No status is better than the worst claim of its vector. */
function appraisal(verdict: Verdict, tee: TeeName, policy: string): Record<string, unknown> {
  const vector = trustVector(verdict, tee);
  const status: Tier = worst([verdict.outcome, ...Object.values(vector).map(tierOf)]);
  return {
    ear_status: status,
    submods: {
      [tee]: { ear_status: status, ear_trustworthiness_vector: vector, ear_appraisal_policy_ids: [policy] },
    },
  };
}

function challengeOf(nonce: string): Uint8Array {
  if (/^(?:[0-9a-f]{2}){16,64}$/.test(nonce)) return fromHex(nonce, 'nonce');
  throw new AssayError('usage', 'nonce: expected 16 to 64 bytes of lower-case hex', { field: 'nonce' });
}
