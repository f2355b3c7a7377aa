import { AssayError, type Policy, type Verdict, type VerifyOptions, verify } from '@assay/verify';
import type { ResponseSubject } from '@assay/verify/binding';
import { utf8 } from '@assay/verify/codec';
import { malformedEvidence } from '@assay/verify/evidence';
import { type AnswerDocument, parseAnswer } from './document.ts';
import { sha256 } from './sha256.ts';

/** The request, as its sender sent it: never as an answer repeats it. */
export interface SentRequest {
  /** In capitals. */
  readonly method: string;
  /** Path and query as sent, those of the challenge too: `url.pathname + url.search`. */
  readonly target: string;
  /** The exact bytes, or text that was sent as UTF-8. Default: none. */
  readonly body?: Uint8Array | string | undefined;
}

/** What `verify` needs, with the request in place of the subject. */
export interface VerifyAnswerOptions extends Omit<VerifyOptions, 'subject'> {
  readonly request: SentRequest;
}

/** An answer that was judged: it has a body only when it is trusted. */
export type JudgedAnswer = TrustedAnswer | RefusedAnswer;

/** The answer of the attested workload to this very request. Headers are nobody's, but for `contentType`. */
export interface TrustedAnswer {
  readonly trusted: true;
  readonly verdict: Verdict;
  readonly status: number;
  /** Empty when the answer had none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Nothing of what came is handed out: the verdict says why. */
export interface RefusedAnswer {
  readonly trusted: false;
  readonly verdict: Verdict;
}

/**
 * Verifies an answer to a request with `attest=true`. Hostile answers never make it throw, and whoever looks at `body`
 * must look at `trusted` first. The policy's binding is of the type `response`; its profile is `assay/1-batch` by default.
 *
 * @throws AssayError `usage` for mistakes of the caller, as `verify` does.
 * @example
 * const request = { method: 'GET', target: `/price?attest=true&nonce=${toHex(nonce)}` };
 * const text = await (await fetch(new URL(request.target, base))).text();
 * const answer = await verifyAnswer(text, { request, nonce, tees: [tdx], now: new Date(), policy });
 * if (answer.trusted) use(answer.body);
 */
export async function verifyAnswer(text: string, options: VerifyAnswerOptions): Promise<JudgedAnswer> {
  const { request, policy, ...others } = options;
  const sent = snapshot(request);
  const binding = bindingOf(policy);
  const read = attempt(text);
  if (typeof read === 'string') return { trusted: false, verdict: malformedEvidence(read) };
  const { status, contentType, body, attestation } = read;
  const { claims } = binding;
  const verdict = await verify(attestation, {
    ...others,
    policy: { ...policy, binding: { ...binding, claims: { ...claims, contentType } } },
    subject: { response: await subjectOf(sent, status, body) },
  });
  return verdict.trusted ? { trusted: true, verdict, status, contentType, body } : { trusted: false, verdict };
}

interface Snapshot {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array;
}

function snapshot({ method, target, body = '' }: SentRequest): Snapshot {
  if (!/^[A-Z]{1,32}$/.test(method)) throw usage('request.method', 'a method in capitals');
  if (!/^\/[^#]*$/.test(target)) throw usage('request.target', 'path and query, as sent');
  return { method, target, body: typeof body === 'string' ? utf8(body) : new Uint8Array(body) };
}

async function subjectOf(sent: Snapshot, status: number, body: Uint8Array): Promise<ResponseSubject> {
  const [requestSha256, bodySha256] = await Promise.all([sha256(sent.body), sha256(body)]);
  return { method: sent.method, target: sent.target, status, requestSha256, bodySha256 };
}

/** The policy's binding, of the type `response`. A policy that waives binding would hand out anybody's bytes. */
function bindingOf({ binding = { profile: 'assay/1-batch' } }: Policy): Exclude<Policy['binding'], 'any' | undefined> {
  if (binding === 'any') throw usage('policy.binding', 'a profile: `any` would not compare the answer');
  const { type = 'response', claims = {} } = binding;
  if (type !== 'response') throw usage('policy.binding.type', '`response`');
  if (Object.hasOwn(claims, 'contentType'))
    throw usage('policy.binding.claims', 'no contentType, which is compared with the one received');
  return { ...binding, type };
}

function attempt(text: string): AnswerDocument | string {
  try {
    return parseAnswer(text);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return error.message;
    throw error;
  }
}

function usage(field: string, expected: string): AssayError {
  return new AssayError('usage', `${field}: expected ${expected}`, { field, expected });
}
