import { AssayError } from '@assay/verify';

/** Codes of problems: stable, scripts rely on them. */
export type ProblemCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'body_too_large'
  | 'header_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'request_timeout'
  | 'nonce_unknown'
  | 'nonce_foreign'
  | 'nonce_used'
  | 'nonce_expired'
  | 'policy_gone'
  | 'idempotency_reused'
  | 'collateral_gone'
  | 'collateral_refused'
  | 'already_registered'
  | 'signature_refused'
  | 'attestation_refused'
  | 'not_in_tee'
  | 'unavailable'
  | 'internal';

/** How a request failed, as `application/problem+json` says it (RFC 9457). */
export interface ProblemDocument {
  readonly type: `urn:assay:problem:${ProblemCode}`;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What is wrong, and what to do about it. Nothing secret, nothing of the inside. */
  readonly detail: string;
  /** The parameter or member at fault. */
  readonly field?: string;
  /** The request's id, as in the log. */
  readonly requestId?: string;
}

const PROBLEMS: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  bad_request: [400, 'The request is wrong'],
  unauthorized: [401, 'A credential is missing or wrong'],
  forbidden: [403, 'This caller may not do that'],
  signature_refused: [401, 'The signature is not that of the key'],
  attestation_refused: [403, 'The attestation does not prove what it must'],
  nonce_foreign: [403, 'The challenge is for another caller'],
  not_found: [404, 'There is nothing here'],
  nonce_unknown: [404, 'There is no such challenge'],
  method_not_allowed: [405, 'Not with this method'],
  not_acceptable: [406, 'Not in this form'],
  request_timeout: [408, 'The request came too slowly'],
  nonce_used: [409, 'The challenge was answered before'],
  idempotency_reused: [409, 'The idempotency key belongs to another request'],
  already_registered: [409, 'This user, or this key, is registered already'],
  nonce_expired: [410, 'The challenge has expired'],
  policy_gone: [410, 'The version of the policy was withdrawn'],
  collateral_gone: [410, 'The vendor has withdrawn this issue'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body is of a type that is not read here'],
  too_many_requests: [429, 'Too many requests'],
  header_too_large: [431, 'The header is too large'],
  internal: [500, 'A fault of this service'],
  collateral_refused: [502, "The vendor's service gave what is refused here"],
  not_in_tee: [503, 'Not in a trusted execution environment'],
  unavailable: [503, 'The platform does not answer'],
};

/** A request that failed, thrown by handlers; the service answers it as problem+json. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly field: string | undefined;
  /** Headers that go with it, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    {
      field,
      headers = {},
      cause,
    }: { field?: string; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.code = code;
    this.field = field;
    this.headers = headers;
  }
}

/** Any error as a problem: what attesters and readers throw keeps its words, all else is `internal` without them. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof AssayError))
    return new Problem('internal', 'This is a fault of the service: see its log.', { cause: error });
  const { field } = error.details;
  const code = error.code === 'unavailable' ? 'unavailable' : 'bad_request';
  return new Problem(code, error.message, { ...(field !== undefined && { field }), cause: error });
}

/** What a problem says in JSON. */
export function problemDocument({ code, message, field }: Problem, requestId?: string): ProblemDocument {
  const [status, title] = PROBLEMS[code];
  return {
    type: `urn:assay:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    ...(field !== undefined && { field }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** The answer to a request that failed. */
export function problemResponse(problem: Problem, requestId?: string): Response {
  const document = problemDocument(problem, requestId);
  return new Response(JSON.stringify(document), {
    status: document.status,
    headers: { ...problem.headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
