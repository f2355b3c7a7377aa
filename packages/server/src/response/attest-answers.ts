import type { Batcher } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import type { Context, MiddlewareHandler } from 'hono';
import { audiencePolicy } from '../confidential-space/audience.ts';
import { Problem, problemOf, problemResponse } from '../problem/problem.ts';
import { boundedBody } from './bounded-body.ts';
import { isAsked, readChallenge } from './challenge.ts';
import { within } from './deadline.ts';
import { isAttestable, MAX_CONTENT_TYPE, serialiseAnswer } from './document.ts';
import { sha256 } from './sha256.ts';

/** Who speaks, and what may wait. */
export interface AttestAnswersOptions {
  readonly batcher: Pick<Batcher, 'issue'>;
  /** The longest body, of a request and of an answer: 0 to 4,194,304 bytes, default 1 MiB. */
  readonly maxBody?: number | undefined;
  /** Values of `aud` that callers may choose. Default: none, since a token is worth something to its audience. */
  readonly audiences?: readonly string[] | undefined;
  /** Answers that are attested at the same time; each holds up to twice `maxBody`. Default 128. */
  readonly limit?: number | undefined;
  /** How long a request's body may take to come, and again an answer's body and its quote together. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Middleware: with `?attest=true&nonce=HEX` the answer comes as `assay.response/1`, whose statement names the request
 * and the exact answer, for `verifyAnswer`. Without `attest` nothing changes, and answers of 5xx pass as they are.
 * Belongs inside of compression, and before whatever reads bodies.
 *
 * @example
 * app.use(attestAnswers({ batcher: createBatcher(attester, { instance: newInstance() }) }));
 */
export function attestAnswers(options: AttestAnswersOptions): MiddlewareHandler {
  const { batcher, maxBody = 1_048_576, audiences = [], limit = 128, timeoutMs = 60_000 } = options;
  // What `verifyAnswer` reads as a whole is bounded, too.
  checkRange('maxBody', maxBody, 0, 4_194_304);
  checkRange('limit', limit, 1, 65_536);
  checkRange('timeoutMs', timeoutMs, 1, 2 ** 31 - 1);
  // Those of Google Cloud are refused whoever lists them.
  for (const audience of audiences) audiencePolicy(audiences, audience)(audience);
  let busy = 0;

  const attested = async (c: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const { method, target, nonce, aud } = readChallenge(c.req, audiences);
    const { signal: caller } = c.req.raw;
    const read = (signal: AbortSignal) => takeRequestBody(c, maxBody, signal);
    const requestSha256 = toHex(await sha256(await within(timeoutMs, caller, lateRequest(), read)));
    await next();
    const { res } = c;
    if (res.status >= 500) return undefined;
    try {
      const contentType = attestableType(res);
      return await within(timeoutMs, caller, lateAnswer(), async (signal) => {
        const body = await boundedBody(res.body, maxBody, signal);
        if (body === undefined) throw unfit(`is longer than ${maxBody} bytes`);
        const bodySha256 = toHex(await sha256(body));
        const claims = { method, target, status: res.status, requestSha256, bodySha256, contentType };
        const attestation = await batcher.issue({ type: 'response', nonce, aud, keys: [], claims }, signal);
        const text = serialiseAnswer({ status: res.status, contentType, body, attestation });
        return new Response(text, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
      });
    } catch (error) {
      // An answer that nobody reads may go on for ever.
      if (res.body?.locked === false) void res.body.cancel().catch(() => undefined);
      throw error;
    }
  };

  return async (c, next) => {
    if (!isAsked(c.req)) return next();
    if (busy >= limit) {
      const detail = `${limit} answers are being attested already. Ask again later.`;
      return replace(c, new Problem('unavailable', detail, { headers: { 'retry-after': '1' } }));
    }
    busy += 1;
    try {
      const response = await attested(c, next);
      if (response !== undefined) replace(c, response);
    } catch (error) {
      if (error instanceof Error) c.error = error;
      replace(c, problemOf(error));
    } finally {
      busy -= 1;
    }
  };
}

/** The request's bytes as received; the handler reads them again. */
async function takeRequestBody(c: Context, max: number, signal: AbortSignal): Promise<Uint8Array> {
  const { raw } = c.req;
  // What an earlier reader made of the bytes need not be the bytes.
  if (raw.bodyUsed) throw new Error('attestAnswers: the request was read before; use it before whatever reads bodies');
  if (raw.body === null) return new Uint8Array();
  const body = await boundedBody(raw.body, max, signal);
  if (body === undefined)
    throw new Problem('body_too_large', `With attest, a request has at most ${max} bytes.`, { field: 'attest' });
  c.req.raw = new Request(raw, { body });
  return body;
}

/** The content type of an answer that can be attested. Throws a problem for what a statement cannot bind. */
function attestableType({ status, headers }: Response): string {
  const contentType = headers.get('content-type') ?? '';
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (status === 304) throw unfit('is “not modified”: ask without If-None-Match and If-Modified-Since');
  if (status === 206) throw unfit('is a part: ask without Range');
  if (!isAttestable(status)) throw unfit(`has the status ${status}: ask where it leads to`);
  if (/^text\/event-stream\b/i.test(contentType)) throw unfit('is a stream of events');
  if (encoding !== 'identity') throw unfit(`is encoded as ${encoding}: ask without Accept-Encoding`);
  if (contentType.length > MAX_CONTENT_TYPE) throw unfit('has a longer content type than a statement names');
  return contentType;
}

function unfit(how: string): Problem {
  const detail = `The request was carried out, but its answer cannot be attested: it ${how}.`;
  return new Problem('not_acceptable', detail, { field: 'attest' });
}

function lateRequest(): Problem {
  return new Problem('request_timeout', 'The body did not come in time. Send it again.');
}

function lateAnswer(): Problem {
  return new Problem('unavailable', 'The request was carried out, but its answer was not attested in time.');
}

function checkRange(field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new AssayError('usage', `${field}: expected ${min} to ${max}, found ${value}`, { field });
}

/** Headers that speak of the handler's body, not of what goes out in its place. */
const OF_BODY = [
  ...['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location', 'content-range'],
  ...['content-disposition', 'content-digest', 'repr-digest', 'digest', 'etag', 'last-modified', 'accept-ranges'],
  ...['transfer-encoding', 'trailer', 'cache-control', 'expires', 'age', 'location'],
];

/** Puts another answer in the place of the handler's, with what other middleware said in headers, such as CORS. */
function replace(c: Context, by: Response | Problem): void {
  const requestId: unknown = c.get('requestId');
  const id = typeof requestId === 'string' ? requestId : undefined;
  const { status, body, headers: own } = by instanceof Problem ? problemResponse(by, id) : by;
  const headers = new Headers(c.res.headers);
  for (const name of OF_BODY) headers.delete(name);
  own.forEach((value, name) => void headers.set(name, value));
  // Set over another one, an answer takes over all of its headers.
  c.res = undefined;
  c.res = new Response(body, { status, headers });
}
