import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

/** What handlers of a served app find in their context. */
export interface ServiceEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string };
}

/** A peer's own id goes into logs and answers: nothing that could be read as more than a word. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Takes the peer's `x-request-id` when it is well-formed, else a new one; every answer carries it. */
export function requestIds(newId: () => string): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const given = context.req.header('x-request-id');
    const id = given !== undefined && REQUEST_ID.test(given) ? given : newId();
    context.set('requestId', id);
    await next();
    context.res.headers.set('x-request-id', id);
  };
}

const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
];

/** Headers that let browsers do nothing with an answer but show it. A page that needs more says so itself. */
export const securityHeaders: MiddlewareHandler<ServiceEnv> = async (context, next) => {
  await next();
  for (const [name, value] of SECURITY_HEADERS) {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  }
};
