import type { Detection } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { Problem, problemOf } from '../problem/problem.ts';

/** Seconds after which it makes sense to ask again. */
const RETRY = { 'retry-after': '1' } as const;
/** Google's reasons, and statuses where it gives none, for more requests than a project may make. */
const QUOTA = new Set(['RATE_LIMIT_EXCEEDED', 'RESOURCE_EXHAUSTED', 'HTTP 429']);
/** Nothing came in time. */
const LATE = 'DEADLINE_EXCEEDED';
/** The reason that a VM on AMD SEV-SNP gets: asking again never helps. */
const UNSUPPORTED = 'UNSUPPORTED_CC_TECHNOLOGY';

/** There is no launcher here. */
export function notInTee({ looked }: Detection): Problem {
  return new Problem(
    'not_in_tee',
    `Attestation unavailable: this must run on Google Confidential Space. Looked for ${looked.join(', ') || 'nothing'}`,
  );
}

/** Why an attester gave no token, as a problem whose code says whether asking again may help. */
export function launcherProblem(error: unknown): Problem {
  if (!(error instanceof AssayError) || error.code !== 'unavailable') return problemOf(error);
  const reason = error.details.field === 'reason' ? error.details.actual : undefined;
  const { message } = error;
  if (reason === UNSUPPORTED) return new Problem('not_in_tee', message, { cause: error });
  if (reason !== undefined && QUOTA.has(reason))
    return new Problem('too_many_requests', message, { headers: RETRY, cause: error });
  // The field of a reason is no parameter of the request.
  return new Problem('unavailable', message, { ...(reason === LATE && { headers: RETRY }), cause: error });
}
