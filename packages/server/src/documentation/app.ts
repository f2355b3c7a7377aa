import { Hono } from 'hono';
import { answerFailure } from '../service/failure.ts';
import { type ApiDescription, openApiDocument } from './open-api.ts';
import { docsPage } from './page.ts';
import { SWAGGER_UI, type SwaggerUiFile, swaggerUi } from './swagger-ui.ts';

/** What is documented. */
export interface DocsAppOptions extends ApiDescription {
  /** A folder with the files of Swagger UI; default the one of the build. */
  readonly assets?: URL | undefined;
}

const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
} as const;
const FILE_HEADERS = { 'cache-control': 'public, max-age=86400', 'x-content-type-options': 'nosniff' } as const;

/** Apart from the page, whose policy lets no script run that is in it. */
const INIT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  validatorUrl: null,
  deepLinking: false,
  queryConfigEnabled: false,
  defaultModelsExpandDepth: 0,
});
`;

/**
 * `GET /openapi.json` (OpenAPI 3.1) and `GET /docs`, a page of Swagger UI that loads nothing from elsewhere.
 *
 * @example
 * app.route('/', createDocsApp({ title: 'Attester', version, description: 'What runs here.', paths: attesterPaths }));
 */
export function createDocsApp({ assets, ...description }: DocsAppOptions): Hono {
  const document = JSON.stringify(openApiDocument(description));
  const file = swaggerUi(assets);
  const names = Object.keys(SWAGGER_UI) as SwaggerUiFile[];

  const app = new Hono();
  app.onError(answerFailure);
  app.get('/openapi.json', (c) =>
    c.body(document, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache' }),
  );
  app.get('/docs', async (c) => {
    // A page without its files would stay white.
    await Promise.all(names.map(file));
    return c.html(await docsPage(description.title), 200, PAGE_HEADERS);
  });
  for (const name of names)
    app.get(`/docs/${name}`, async (c) =>
      c.body(await file(name), 200, { ...FILE_HEADERS, 'content-type': SWAGGER_UI[name] }),
    );
  app.get('/docs/init.js', (c) =>
    c.body(INIT, 200, { ...FILE_HEADERS, 'content-type': SWAGGER_UI['swagger-ui-bundle.js'] }),
  );
  return app;
}
