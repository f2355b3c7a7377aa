import { html } from 'hono/html';

/** The page of Swagger UI: all that it loads is of this service, and no script or style is in it. */
export async function docsPage(title: string): Promise<string> {
  return String(
    await html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<noscript>This page needs JavaScript; <a href="/openapi.json">/openapi.json</a> has the same in JSON.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/init.js"></script>
</html>
`,
  );
}
