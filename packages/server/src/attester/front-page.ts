import { html } from 'hono/html';
import { parseAccept } from 'hono/utils/accept';
import { Problem } from '../problem/problem.ts';

/** What the front page tells. */
export interface FrontPage {
  readonly service: string;
  readonly version: string;
  readonly confidential_space_detected: boolean;
  /** What is there besides, by path. */
  readonly more: Readonly<Record<string, string>>;
}

/** What is where. */
const ENDPOINTS = {
  '/': 'this page; JSON for programs',
  '/info': 'name, version and build of this service: the exact bytes that evidence without a nonce is bound to',
  '/attestation': 'evidence of what runs here; with ?nonce= and 16 to 64 bytes in hexadecimal it is fresh',
  '/health': 'whether this service runs',
  '/ready': 'whether it runs in a trusted execution environment',
} as const;

/** What a page of a service may load: nothing. */
export const PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET /`: a page for browsers, JSON for programs. Throws a `Problem` for who accepts neither. */
export async function frontPage(page: FrontPage, accept: string | undefined): Promise<Response> {
  const headers = { vary: 'accept', 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  if (!prefersHtml(accept)) {
    const { service, version, confidential_space_detected, more } = page;
    const endpoints = { ...ENDPOINTS, ...more };
    return Response.json({ service, version, endpoints, confidential_space_detected }, { headers });
  }
  return new Response(String(await htmlOf(page)), {
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
  });
}

/** Whether a page is preferred to JSON. Throws a `Problem` for who accepts neither. */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = parseAccept(accept || '*/*');
  const quality = (...types: readonly string[]): number => {
    // The most specific range counts, also when it says no.
    const found = types.map((type) => ranges.filter((range) => range.type.toLowerCase() === type));
    const nearest = found.find(({ length }) => length > 0) ?? [];
    return Math.max(0, ...nearest.map(({ q }) => q));
  };
  const [page, data] = [quality('text/html', 'text/*', '*/*'), quality('application/json', 'application/*', '*/*')];
  if (page === 0 && data === 0)
    throw new Problem('not_acceptable', 'accept: this is text/html or application/json', { field: 'accept' });
  return page > data;
}

const htmlOf = ({ service, version, confidential_space_detected, more }: FrontPage) =>
  html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${service} ${version}</title>
<h1>${service} ${version}</h1>
<p>This service proves what it runs. Do not take its word for it: verify the evidence with a nonce of your own.</p>
<dl>
${Object.entries({ ...ENDPOINTS, ...more }).map(([path, what]) => html`<dt><a href="${path}">${path}</a></dt><dd>${what}</dd>\n`)}
</dl>
<p>Confidential Space: ${confidential_space_detected ? 'detected' : 'not detected'}</p>
</html>
`;
