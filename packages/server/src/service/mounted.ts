import { Hono, type MiddlewareHandler } from 'hono';

/** One app of several, behind middleware: the first that has a route answers. What none has, `serveApp` refuses. */
export function mounted(apps: readonly Hono[], middleware: readonly MiddlewareHandler[] = []): Hono {
  const all = new Hono();
  for (const handler of middleware) all.use(handler);
  for (const app of apps) all.route('/', app);
  return all;
}

/** An app of a handler that answers on every path. */
export function appOf(handler: (request: Request) => Response | Promise<Response>): Hono {
  return new Hono().all('*', ({ req }) => handler(req.raw)) as Hono;
}
