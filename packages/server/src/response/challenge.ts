import type { HonoRequest } from 'hono';
import { Problem } from '../problem/problem.ts';

/** What a statement repeats of a request, and whom it is for. */
export interface Challenge {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Lower-case hex; null when the caller gave none. */
  readonly nonce: string | null;
  readonly aud: string | null;
}

/** As long as a statement can name it. */
const MAX_TARGET = 8192;
const NONCE = /^(?:[0-9a-f]{2}){16,64}$/;

/** Whether the caller wants a statement. Preflights repeat the query of the request that they are for. */
export function isAsked(request: HonoRequest): boolean {
  if (request.method === 'OPTIONS') return false;
  return (request.queries('attest') ?? []).some((value) => value === 'true' || value === '1');
}

/** Reads the challenge, before the handler does anything. Throws a problem that names the parameter. */
export function readChallenge(request: HonoRequest, audiences: readonly string[]): Challenge {
  const { method } = request;
  if (method === 'HEAD') throw new Problem('not_acceptable', 'An answer to HEAD has no body: use GET.', attest);
  if (!/^[A-Z]{1,32}$/.test(method))
    throw new Problem('bad_request', 'attest: only methods of 1 to 32 capitals are attested.', attest);
  single(request, 'attest');
  return { method, target: targetOf(request.url), nonce: nonceOf(request), aud: audienceOf(request, audiences) };
}

const attest = { field: 'attest' };

/** The text that routes are matched with: written anew, it could name another path than the one that was handled. */
function targetOf(url: string): string {
  const target = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(\/[^#]*)/i.exec(url)?.[1];
  if (target !== undefined && target.length <= MAX_TARGET) return target;
  throw new Problem('bad_request', `attest: path and query have at most ${MAX_TARGET} characters.`, attest);
}

function nonceOf(request: HonoRequest): string | null {
  const nonce = single(request, 'nonce');
  if (nonce === undefined || NONCE.test(nonce)) return nonce ?? null;
  const detail = 'nonce: expected 16 to 64 bytes of lower-case hexadecimal; 32 random ones are usual.';
  throw new Problem('bad_request', detail, { field: 'nonce' });
}

function audienceOf(request: HonoRequest, audiences: readonly string[]): string | null {
  const aud = single(request, 'aud');
  if (aud === undefined || audiences.includes(aud)) return aud ?? null;
  const detail = 'aud: this service makes no statements for this audience. Leave it out, or ask who runs the service.';
  throw new Problem('forbidden', detail, { field: 'aud' });
}

/** The parameter's only value: of two, caller and service might each mean another one. */
function single(request: HonoRequest, name: string): string | undefined {
  const [value, ...more] = request.queries(name) ?? [];
  if (more.length > 0) throw new Problem('bad_request', `${name}: given more than once.`, { field: name });
  return value;
}
