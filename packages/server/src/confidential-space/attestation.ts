import { type Attester, issueStatement, type Speaker } from '@assay/attest';
import { Problem } from '../problem/problem.ts';
import { AUDIENCE_NAMES, type AudiencePolicy } from './audience.ts';
import { type Budget, createBudget } from './budget.ts';
import { keepAnswers, type Made } from './kept-answers.ts';
import { launcherProblem, notInTee } from './launcher-problem.ts';
import { type RationOptions, rationed } from './rationed.ts';
import { seedReport } from './report.ts';
import { readToken } from './token.ts';

/** What the answer without a nonce is made of. */
export interface SeedAttestationOptions extends Omit<RationOptions, 'budget'> {
  readonly attester: Attester;
  /** Who speaks in the statement of a token. */
  readonly instance: Speaker['instance'];
  readonly version: string;
  readonly audience: AudiencePolicy;
  readonly clock: () => Date;
  /** Default 5 tokens a second; share one with whatever else asks for tokens. */
  readonly budget?: Budget | undefined;
  /** Default false. */
  readonly publicToken?: boolean | undefined;
  /** Default false. */
  readonly showEnv?: boolean | undefined;
}

const PER_SECOND = 5;
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

/**
 * `GET /attestation` on Confidential Space for callers without a nonce: the claims of a token that may have been shown
 * before. `?aud=` names whom it is for. Throws `Problem`: `bad_request` and `forbidden` with the field at fault,
 * `method_not_allowed`, `not_in_tee`, `too_many_requests`, `unavailable`.
 */
export function createSeedAttestation(options: SeedAttestationOptions): (request: Request) => Promise<Response> {
  const { attester, instance, version, audience, clock, publicToken, showEnv } = options;
  const { budget = createBudget(PER_SECOND, clock), timeoutMs, timeout, pause } = options;
  const tokens = rationed(attester, { budget, timeoutMs, timeout, pause });

  const make = async (aud: string): Promise<Made> => {
    const detection = await attester.detect();
    if (!detection.available) throw notInTee(detection);
    // What it says is fixed: a stranger chooses none of it but a listed audience.
    const said = { type: 'attestation', nonce: null, aud, keys: [], claims: { version } } as const;
    try {
      const { evidence } = await issueStatement(tokens, said, { instance, clock });
      const body = JSON.stringify(seedReport(evidence, { version, publicToken, showEnv }));
      return { body, expires: readToken(evidence).said.expires };
    } catch (error) {
      throw launcherProblem(error);
    }
  };
  const answers = keepAnswers(make, clock);

  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD')
      throw new Problem('method_not_allowed', `${method}: expected GET`, { headers: { allow: 'GET, HEAD' } });
    const { searchParams } = new URL(url);
    const body = await answers(audience(audienceOf(searchParams)));
    return new Response(method === 'HEAD' ? null : body, { headers: HEADERS });
  };
}

/** The audience that is asked for, if any. A nonce belongs to whoever answers with fresh evidence. */
function audienceOf(asked: URLSearchParams): string | undefined {
  if (asked.has('nonce'))
    throw new Problem('bad_request', 'nonce: this answer is not fresh and takes none', { field: 'nonce' });
  const [aud, ...more] = AUDIENCE_NAMES.flatMap((name) => asked.getAll(name));
  if (more.length > 0) throw new Problem('bad_request', 'aud: given more than once', { field: 'aud' });
  return aud;
}
