import { z } from 'zod';
import { Problem, type ProblemCode, type ProblemDocument, problemDocument } from '../problem/problem.ts';
import type { ApiAnswer } from './operation.ts';

/** When each problem is answered. */
const MEANINGS: Readonly<Record<ProblemCode, string>> = {
  bad_request: 'something in the request is wrong; `field` names it',
  unauthorized: 'a credential is missing or wrong',
  forbidden: 'this caller may not do that',
  not_found: 'nothing is here',
  method_not_allowed: 'the path is served with the methods of the header `allow`',
  not_acceptable: 'it does not come in a form that the caller accepts',
  body_too_large: 'the body is too large',
  header_too_large: 'the header is too large',
  unsupported_media_type: 'the body is not `application/json`',
  too_many_requests: 'too many requests; the header `retry-after` may say for how many seconds to wait',
  request_timeout: 'the request came too slowly',
  nonce_unknown: 'no such challenge was given out, or it is long gone; ask for one',
  nonce_foreign: 'the challenge was given to another caller',
  nonce_used:
    'the challenge has its verdict; ask for another one, or send the same `idempotency-key` for the stored verdict',
  nonce_expired: 'the challenge has expired; ask for another one',
  policy_gone: 'the version of the policy that the challenge names was withdrawn; ask for another challenge',
  idempotency_reused: 'the caller has used this `idempotency-key` for another request',
  collateral_gone: 'the vendor has this evaluation data number no more; ask for a newer one',
  collateral_refused:
    "the vendor's service gave a document that is not authentic, not valid now, or older than one before; `detail` says which",
  already_registered: 'the user, or the key, is registered already',
  signature_refused: 'the signature is not one of the key over the documented message',
  attestation_refused: 'the attestation is not one of this key for this user; `detail` names the check that refused it',
  not_in_tee: 'there is no trusted execution environment; `detail` says what was looked for',
  unavailable: 'the platform gives no evidence now; ask again later',
  internal: 'a fault of the service',
};
const CODES = Object.keys(MEANINGS) as ProblemCode[];

const problem = z
  .strictObject({
    type: z.enum(CODES.map((code) => `urn:assay:problem:${code}` as const)),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(CODES).meta({ description: 'Stable: programs decide by it.' }),
    detail: z.string().meta({ description: 'What is wrong, and what to do about it.' }),
    field: z.string().optional().meta({ description: 'The parameter or member at fault.' }),
    requestId: z.string().optional().meta({ description: 'As in the header `x-request-id`.' }),
  })
  .meta({ title: 'Problem', description: 'Why a request failed (RFC 9457).' });

/** An answer in JSON that is one of the schemas. */
export function json(
  description: string,
  schemas: readonly z.ZodType[],
  examples?: Readonly<Record<string, unknown>>,
): ApiAnswer {
  return { description, content: { 'application/json': { schemas, ...(examples && { examples }) } } };
}

/** The answers of these problems by status, and `default` for those that may come from what stands before a service. */
export function problems(...codes: readonly ProblemCode[]): Readonly<Record<number | 'default', ApiAnswer>> {
  const documents = codes.map((code) => problemDocument(new Problem(code, MEANINGS[code])));
  const byStatus = Map.groupBy(documents, ({ status }) => status);
  return {
    ...Object.fromEntries([...byStatus].map(([status, alike]) => [status, problemAnswer(alike, status)])),
    default: {
      description: 'Any other failure, such as too many requests, or a request that is too large or too slow.',
      content: { 'application/problem+json': { schemas: [problem] } },
    },
  };
}

function problemAnswer(alike: readonly ProblemDocument[], status: number): ApiAnswer {
  const codes = alike.map(({ code }) => code);
  const schema = problem
    .extend({ type: z.enum(alike.map(({ type }) => type)), status: z.literal(status), code: z.enum(codes) })
    .meta({ title: `Problem_${codes.join('_or_')}` });
  return {
    description: codes.map((code) => `\`${code}\`: ${MEANINGS[code]}.`).join(' '),
    content: {
      'application/problem+json': {
        schemas: [schema],
        examples: Object.fromEntries(alike.map((document) => [document.code, document])),
      },
    },
  };
}
