import { Hono } from 'hono';
import { prefersHtml } from '../attester/front-page.ts';
import { answerFailure } from '../service/failure.ts';

/** Leads browsers from `/` to a page; programs get what is mounted behind it. */
export function createFrontDoor(page: string): Hono {
  const app = new Hono();
  app.onError(answerFailure);
  app.get('/', (c, next) => {
    if (!prefersHtml(c.req.header('accept'))) return next();
    c.header('vary', 'accept');
    c.header('cache-control', 'no-cache');
    return Promise.resolve(c.redirect(page, 302));
  });
  return app;
}
