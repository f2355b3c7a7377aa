import { Hono } from 'hono';

/** One app of several: the first that has a route answers. What none has, `serveApp` refuses. */
export function mounted(apps: readonly Hono[]): Hono {
  const all = new Hono();
  for (const app of apps) all.route('/', app);
  return all;
}

/** An app of a handler that answers on every path. */
export function appOf(handler: (request: Request) => Response | Promise<Response>): Hono {
  return new Hono().all('*', ({ req }) => handler(req.raw)) as Hono;
}
