import { Problem } from '../problem/problem.ts';
import type { ChallengeRow } from './schema.ts';

/** Why a caller cannot use a challenge at an instant (unix milliseconds); undefined when he can. */
export function challengeProblem(
  known: (ChallengeRow & { readonly withdrawn_at: number | null }) | undefined,
  caller: string,
  at: number,
): Problem | undefined {
  const problem = (code: ConstructorParameters<typeof Problem>[0], detail: string): Problem =>
    new Problem(code, `challenge: ${detail}`, { field: 'challenge' });
  if (known === undefined) {
    return problem('nonce_unknown', 'it was never given out here, or is long gone; ask for one at /v1/challenges');
  }
  if (known.caller !== caller) {
    return problem('nonce_foreign', 'it was given to another caller; ask for one with your own key');
  }
  if (known.used_at !== null) {
    return problem('nonce_used', 'it has its verdict; ask for another challenge, and for evidence with that');
  }
  if (at >= known.expires_at) {
    const until = new Date(known.expires_at).toISOString();
    return problem('nonce_expired', `it was good until ${until}; ask for another one, and for evidence with that`);
  }
  if (known.withdrawn_at !== null) {
    const version = `${known.policy_id}@${known.policy_version}`;
    return problem('policy_gone', `its policy ${version} was withdrawn; ask for another challenge`);
  }
  return undefined;
}

/** The idempotency key was used for another request. */
export function reusedKey(): Problem {
  const field = 'idempotency-key';
  return new Problem('idempotency_reused', `${field}: it belongs to another request; take a new one for each`, {
    field,
  });
}
