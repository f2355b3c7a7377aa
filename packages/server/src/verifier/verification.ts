import { createHash } from 'node:crypto';
import type { Verdict } from '@assay/verify';
import { fromHex, type JsonObject } from '@assay/verify/codec';
import type { GivenEvidence } from './given-evidence.ts';
import type { Judge } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { Policies, PolicyRef } from './policies.ts';
import { readVerifyRequest, type VerifyRequest } from './request.ts';

/** Issues tokens about verdicts. */
export interface TokenIssuer {
  /** A token (JWT) for a verdict under a stored policy; undefined where there is none to be had. */
  readonly issue: (about: TokenSubject) => Promise<string | undefined>;
}

/** What a token is about. */
export interface TokenSubject {
  readonly verdict: Verdict;
  readonly policy: PolicyRef;
  /** The caller whom the token is for. */
  readonly audience: string;
  /** Of the challenge, lower-case hex. */
  readonly nonce: string;
  /** The public key (JWK) that the caller wants the token bound to. */
  readonly key: JsonObject | undefined;
}

/** What verifications are made with. */
export interface VerificationParts {
  readonly judge: Judge;
  readonly ledger: Ledger;
  readonly policies: Policies;
  readonly tokens: TokenIssuer | undefined;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Is told of each verdict once it is kept. */
  readonly onVerdict?: ((verdict: Verdict) => void) | undefined;
}

/** A request to verify, as it came. */
export interface VerificationRequest {
  readonly caller: string;
  readonly body: Uint8Array;
  readonly idempotencyKey: string | undefined;
}

/**
 * Verifies evidence for callers. The answer is text: the same bytes again for the same body with the same idempotency
 * key. A challenge is used up with the verdict that is kept, also with a refusing one; whatever throws uses up nothing.
 */
export function createVerification(parts: VerificationParts): (request: VerificationRequest) => Promise<string> {
  const { judge, ledger, policies, tokens, clock, newId, onVerdict } = parts;

  const judged = async (caller: string, { under, given, subject, key }: VerifyRequest): Promise<Judged> => {
    if ('policy' in under) {
      const nonce = under.nonce === undefined ? undefined : fromHex(under.nonce, 'nonce');
      const verdict = await judge.verdictOn(given, { policy: under.policy, nonce, subject });
      return { challenge: null, policy: null, verdict, token: null };
    }
    const { challenge: nonce } = under;
    const known = await ledger.challenge(nonce, caller, clock().getTime());
    const policy = { id: known.policy_id, version: known.policy_version, sha256: known.sha256 };
    const expected = { policy: policies.parsed(known), nonce: fromHex(nonce, 'challenge'), subject };
    const verdict = await judge.verdictOn(given, expected);
    const token = await tokens?.issue({ verdict, policy, audience: caller, nonce, key });
    return { challenge: nonce, policy, verdict, token: token ?? null };
  };

  return async ({ caller, body, idempotencyKey }) => {
    const requestSha256 = sha256(body);
    const requestKey = idempotencyKey === undefined ? null : `${caller}/${idempotencyKey}`;
    const before = requestKey === null ? undefined : await ledger.answered(requestKey, requestSha256);
    if (before !== undefined) return before;
    const request = await readVerifyRequest(body);
    let found: Judged;
    try {
      found = await judged(caller, request);
    } catch (error) {
      // The same request may have used up the challenge since.
      const meanwhile = requestKey === null ? undefined : await ledger.answered(requestKey, requestSha256);
      if (meanwhile !== undefined) return meanwhile;
      throw error;
    }
    const id = newId();
    const now = clock();
    const about = { schema: 'assay.verification/1', id, createdAt: now.toISOString(), caller };
    const answer = JSON.stringify({ ...about, ...found, evidenceSha256: evidenceSha256(request.given) });
    const kept = await ledger.settle({
      id,
      caller,
      nonce: found.challenge,
      request_key: requestKey,
      request_sha256: requestSha256,
      answer,
      created_at: now.getTime(),
    });
    // Another request like this one may have been first.
    if (kept === answer) onVerdict?.(found.verdict);
    return kept;
  };
}

interface Judged {
  readonly challenge: string | null;
  readonly policy: PolicyRef | null;
  readonly verdict: Verdict;
  readonly token: string | null;
}

/** Of the raw quote, report or token; null where nobody could tell which bytes it is. */
function evidenceSha256(given: GivenEvidence): string | null {
  return 'malformed' in given ? null : sha256(given.evidence);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
