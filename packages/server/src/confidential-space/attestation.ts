import { type Attester, issueStatement, type Speaker } from '@assay/attest';
import { Problem } from '../problem/problem.ts';
import type { AudiencePolicy } from './audience.ts';
import { type Budget, createBudget } from './budget.ts';
import { keepAnswers, type Made } from './kept-answers.ts';
import { launcherProblem, notInTee, overBudget, tooSlow } from './launcher-problem.ts';
import { seedReport } from './report.ts';
import { readToken } from './token.ts';

/** What the answer without a nonce is made of. */
export interface SeedAttestationOptions {
  readonly attester: Attester;
  /** Who speaks in the statement of a token. */
  readonly instance: Speaker['instance'];
  readonly version: string;
  readonly audience: AudiencePolicy;
  readonly clock: () => Date;
  /** Default 5 tokens a second; share one with whatever else asks for tokens. */
  readonly budget?: Budget | undefined;
  /** For one token; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Makes the signal that ends the wait for a token. Default `AbortSignal.timeout`. */
  readonly timeout?: ((milliseconds: number) => AbortSignal) | undefined;
  /** Default false. */
  readonly publicToken?: boolean | undefined;
  /** Default false. */
  readonly showEnv?: boolean | undefined;
}

const PER_SECOND = 5;
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

/**
 * `GET /attestation` on Confidential Space for callers without a nonce: the claims of a token that may have been shown
 * before. `?audience=` names whom it is for. Throws `Problem`: `bad_request` and `forbidden` with the field at fault,
 * `method_not_allowed`, `not_in_tee`, `too_many_requests`, `unavailable`.
 */
export function createSeedAttestation(options: SeedAttestationOptions): (request: Request) => Promise<Response> {
  const { attester, instance, version, audience, clock, publicToken, showEnv } = options;
  const { budget = createBudget(PER_SECOND, clock), timeoutMs = 10_000 } = options;
  const { timeout = (milliseconds) => AbortSignal.timeout(milliseconds) } = options;

  const make = async (aud: string): Promise<Made> => {
    const signal = timeout(timeoutMs);
    try {
      return await before(signal, () => ask(aud, signal));
    } catch (error) {
      throw signal.aborted ? tooSlow(timeoutMs, error) : launcherProblem(error);
    }
  };
  const ask = async (aud: string, signal: AbortSignal): Promise<Made> => {
    const detection = await attester.detect(signal);
    if (!detection.available) throw notInTee(detection);
    const wait = budget();
    if (wait > 0) throw overBudget(wait);
    // What it says is fixed: a stranger chooses none of it but a listed audience.
    const said = { type: 'attestation', nonce: null, aud, keys: [], claims: { version } } as const;
    const { evidence } = await issueStatement(attester, said, { instance, clock, signal });
    const body = JSON.stringify(seedReport(evidence, { version, publicToken, showEnv }));
    return { body, expires: readToken(evidence).said.expires };
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
  const [audience, ...more] = asked.getAll('audience');
  if (more.length > 0) throw new Problem('bad_request', 'audience: expected one', { field: 'audience' });
  return audience;
}

/** The work's result, unless the signal aborts first: also when the work does not listen to it. */
async function before<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const over = Promise.withResolvers<never>();
  const end = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(), over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
