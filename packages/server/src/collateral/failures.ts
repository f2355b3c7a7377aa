import { AssayError } from '@assay/verify';
import { Problem, type ProblemCode } from '../problem/problem.ts';
import { CollateralRefusal, type RefusalReason } from './judged/judged.ts';
import { createRecent } from './recent.ts';

/** Something that happened to a document, for logs and metrics. */
export type CollateralEvent =
  | { readonly event: 'fetched'; readonly target: string }
  | { readonly event: 'failed'; readonly target: string; readonly reason: string }
  | { readonly event: 'refused'; readonly target: string; readonly reason: RefusalReason };

/** Failures to get a document: they are answered for a while without asking again. */
export interface Failures {
  readonly size: number;
  /** Why it was not had lately, with the time to wait; undefined when it may be asked for. */
  readonly of: (target: string) => Problem | undefined;
  /** The problem with the time to wait. `spare`: a valid one is kept, so that there is time. */
  readonly remember: (target: string, problem: Problem, spare: boolean) => Problem;
  readonly forget: (target: string) => void;
}

interface Failure {
  readonly problem: Problem;
  readonly at: number;
  readonly until: number;
}

const MINUTE = 60_000;
const LIFE_MS: Partial<Record<ProblemCode, number>> = {
  not_found: 10 * MINUTE,
  collateral_gone: 10 * MINUTE,
  collateral_refused: MINUTE,
};
const LIFE_OF_OTHERS_MS = 15_000;
const LIFE_WITH_SPARE_MS = 5 * MINUTE;
const MAX_FAILURES = 1_000;

/** A memory of the last thousand failures. */
export function createFailures(now: () => number): Failures {
  const known = createRecent<Failure>(MAX_FAILURES);
  return {
    get size() {
      return known.size;
    },
    of: (target) => {
      const failure = known.get(target);
      // A clock that was set back ends it, too.
      if (failure === undefined || now() >= failure.until || now() < failure.at) return undefined;
      return later(failure.problem, failure.until - now());
    },
    remember: (target, problem, spare) => {
      const life = spare ? LIFE_WITH_SPARE_MS : (LIFE_MS[problem.code] ?? LIFE_OF_OTHERS_MS);
      known.set(target, { problem, at: now(), until: now() + life });
      return later(problem, life);
    },
    forget: (target) => known.delete(target),
  };
}

/** What went wrong, as callers read it: nothing of where vendors' services are. Throws what is a fault. */
export function failureOf(target: string, error: unknown, report: (event: CollateralEvent) => void): Problem {
  if (error instanceof CollateralRefusal) {
    report({ event: 'refused', target, reason: error.reason });
    return new Problem('collateral_refused', error.message, { cause: error });
  }
  if (error instanceof Problem) {
    report({ event: 'failed', target, reason: error.code });
    return error;
  }
  if (!(error instanceof AssayError) || error.code !== 'unavailable') {
    report({ event: 'failed', target, reason: 'internal' });
    throw error;
  }
  const reason = error.details.actual ?? 'the store does not answer';
  report({ event: 'failed', target, reason });
  const detail = `the vendor's service has not given it (${reason}), and nothing valid is kept here; ask again later`;
  return new Problem('unavailable', detail, { cause: error });
}

/** The same problem, with the time after which it may be over. */
export function later({ code, message, field, cause }: Problem, milliseconds: number): Problem {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1000))) };
  return new Problem(code, message, { ...(field !== undefined && { field }), headers, cause });
}
