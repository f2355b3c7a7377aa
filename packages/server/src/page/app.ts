import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Context, Hono } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import { Problem } from '../problem/problem.ts';
import { answerFailure } from '../service/failure.ts';

/** A page that was built into a folder: `index.html`, and what that loads by relative addresses. */
export interface PageAppOptions {
  /** Path of the page, without a slash at its end: `/explorer`. */
  readonly at: string;
  /** Ends in a slash; served are the files below it, by name. */
  readonly folder: URL;
  readonly contentSecurityPolicy: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Names that lead into the folder and nowhere else: no `..`, no hidden file, nothing that a file system reads as more. */
const NAME = /^(?:\w[\w-]*\/){0,3}\w[\w.-]*$/;
/** A bundler's names change with the content. */
const HASHED = /-[\w-]{8}\.\w+$/;

/**
 * `GET /explorer/` and the files of that page, for browsers to keep: what has its hash in its name for good, all else as
 * long as it stays the same.
 *
 * @example mounted([app, createPageApp({ at: '/explorer', folder: PAGE_FOLDER, contentSecurityPolicy: CONTENT_SECURITY_POLICY })]);
 */
export function createPageApp({ at, folder, contentSecurityPolicy }: PageAppOptions): Hono {
  const answer = async (c: Context, name: string): Promise<Response> => {
    const type = NAME.test(name) ? TYPES[extname(name)] : undefined;
    const bytes = type === undefined ? undefined : await contentOf(new URL(name, folder));
    if (type === undefined || bytes === undefined) throw await missing(at, folder);
    return c.body(bytes, 200, {
      'content-type': type,
      'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
    });
  };

  const app = new Hono();
  app.onError(answerFailure);
  // Relative, so that it holds behind a proxy that has the service under a path of its own.
  app.get(at, (c) => c.redirect(`.${at.slice(at.lastIndexOf('/'))}/`, 308));
  // Browsers take the policy of a 304 for the page that they kept: it must be the page's own.
  app.use(`${at}/*`, etag({ retainedHeaders: [...RETAINED_304_HEADERS, 'content-security-policy'] }));
  app.get(`${at}/`, (c) => answer(c, 'index.html'));
  app.get(`${at}/*`, (c) => answer(c, c.req.path.slice(at.length + 1)));
  return app;
}

/** Read each time: a build puts other files in their place while the service runs. */
async function contentOf(file: URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch {
    return undefined;
  }
}

async function missing(at: string, folder: URL): Promise<Problem> {
  const built = await contentOf(new URL('index.html', folder));
  const why = built
    ? `no such file of this page; open ${at}/ again`
    : 'the page was not built into this service; `npm run build` in a checkout builds it';
  return new Problem('not_found', `${at}: ${why}`);
}
