import { RequestError } from '@hono/node-server';
import type { Context, MiddlewareHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { Problem, type ProblemCode, problemOf, problemResponse } from '../problem/problem.ts';
import type { ServiceEnv } from './answer-headers.ts';

const CODES: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** What a handler threw, as the problem that its caller reads. */
export function failureOf(error: unknown, context?: Context): Problem {
  if (error instanceof RequestError) return new Problem('bad_request', `${error.message}.`, { cause: error });
  if (error instanceof HTTPException) return ofException(error);
  // Nobody reads this answer, and it is no fault of the service.
  if (context !== undefined && hasLeft(error, context)) return new Problem('unavailable', 'The caller left.');
  const { incoming }: Partial<ServiceEnv['Bindings']> = context?.env ?? {};
  if (incoming?.destroyed && !incoming.complete) {
    return new Problem('bad_request', 'The body ended before it was whole.', { cause: error });
  }
  // A reader's own words quote the body: they are not repeated.
  if (error instanceof SyntaxError && context !== undefined && hasBody(context.req.method)) {
    return new Problem('bad_request', 'The body is not JSON.', { cause: error });
  }
  return problemOf(error);
}

/** Whether requests with this method have a body here. */
export function hasBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** Answers whatever a handler threw: `onError` of each app. Within a service it names the request's id. */
export function answerFailure(error: Error, context: Context): Response {
  const { requestId }: Partial<ServiceEnv['Variables']> = context.var;
  return problemResponse(failureOf(error, context), requestId);
}

/** Middleware: what is thrown and is no error becomes one, which apps are asked to answer. A caller who left is a text. */
export const onlyErrors: MiddlewareHandler = async (_, next) => {
  try {
    await next();
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new Error('what was thrown is no error', { cause: thrown });
  }
};

function hasLeft(error: unknown, { req }: Context): boolean {
  const { aborted, reason } = req.raw.signal;
  return aborted && (error === reason || (error instanceof Error && error.cause === reason));
}

/** Refuses a path that nobody serves, or a method that its path is not served with. Throws `Problem`. */
export function unserved(methodsOf: (path: string) => readonly string[]): NotFoundHandler<ServiceEnv> {
  return ({ req: { path, method } }) => {
    const allowed = methodsOf(path);
    // A handler may pass: for some callers there is something here, for others not.
    if (allowed.length === 0 || allowed.includes(method))
      throw new Problem('not_found', 'Nothing is served at this path.');
    const allow = allowed.join(', ');
    throw new Problem('method_not_allowed', `This path is not served with ${method}; use ${allow}.`, {
      headers: { allow },
    });
  };
}

function ofException(exception: HTTPException): Problem {
  const code = CODES[exception.status] ?? (exception.status < 500 ? 'bad_request' : 'internal');
  if (code === 'internal') return problemOf(exception);
  return new Problem(code, exception.message || 'The request was refused.', { cause: exception });
}
