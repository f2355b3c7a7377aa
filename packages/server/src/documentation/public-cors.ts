import type { HonoRequest, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** How long a browser remembers what a preflight said, in seconds. */
const MAX_AGE = 86_400;

/**
 * Middleware: pages of every origin may ask and read, failures too (CORS, Fetch standard section 3.3). Credentials are
 * never sent along. Not for services that give rights to whoever reaches them: a browser reaches more than its page.
 *
 * `expose`: headers of the service's own that pages may read, too.
 *
 * @example await serveApp(app, { outer: publicCors(), ...options });
 */
export function publicCors({ expose = [] }: { readonly expose?: readonly string[] } = {}): MiddlewareHandler {
  const answer = cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ['content-type'],
    exposeHeaders: ['x-request-id', 'retry-after', ...expose],
    maxAge: MAX_AGE,
  });
  // Any other OPTIONS is a question to the app itself.
  return (c, next) => (c.req.method === 'OPTIONS' && !isPreflight(c.req) ? next() : answer(c, next));
}

function isPreflight(request: HonoRequest): boolean {
  return request.header('origin') !== undefined && request.header('access-control-request-method') !== undefined;
}
