import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../problem/problem.ts';

/** The token that the proxy knows its bearer by, asked for at each request; undefined or empty while there is none. */
export type BearerToken = () => string | undefined;

/** Whether the request shows the token. Throws a `Problem` when it shows anything else; without header it shows none. */
export function isBearer(request: Request, token: BearerToken | undefined): boolean {
  const header = request.headers.get('authorization');
  if (header === null) return false;
  const shown = /^Bearer +([!-~]+)$/i.exec(header)?.[1];
  const expected = token?.();
  // Without a token nobody is its bearer; an empty one would let everyone be.
  if (shown === undefined || !expected || !timingSafeEqual(digest(shown), digest(expected))) throw notTheBearer();
  return true;
}

/** Refusal of whoever does not show the token. */
export function notTheBearer(field = 'authorization'): Problem {
  const detail = `${field}: this is for the bearer of the proxy's token; mount its token file into the container`;
  return new Problem('unauthorized', detail, { field, headers: { 'www-authenticate': 'Bearer' } });
}

/** Of equal length whatever is compared, so that time tells nothing of the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
