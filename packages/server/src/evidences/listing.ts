import { html } from 'hono/html';
import { PAGE_POLICY, prefersHtml } from '../attester/front-page.ts';

/** The index of files: a page with links for browsers, JSON for programs. Throws a `Problem` for who accepts neither. */
export async function listing(names: readonly string[], accept: string | undefined): Promise<Response> {
  const headers = { vary: 'accept', 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  if (!prefersHtml(accept)) return Response.json({ files: names }, { headers });
  return new Response(String(await pageOf(names)), {
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
  });
}

const pageOf = (names: readonly string[]) =>
  html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Evidences</title>
<h1>Evidences</h1>
<p>quote.json vouches for sha256sum.txt, and that for the certificate of this very connection: compare them.</p>
<ul>
${names.map((name) => html`<li><a href="./${encodeURIComponent(name)}">${name}</a></li>\n`)}
</ul>
</html>
`;
