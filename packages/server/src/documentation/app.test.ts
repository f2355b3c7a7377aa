import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import '../../../../tools/swagger-ui.ts';
import { createDocsApp } from './app.ts';
import { proxyPaths } from './proxy-paths.ts';

const description = { title: 'Proxy <1>', version: '1.2.3', description: 'Quotes.', paths: proxyPaths };
const app = createDocsApp(description);
const nowhere = createDocsApp({ ...description, assets: new URL('./no-such-folder/', import.meta.url) });

async function read(path: string) {
  const answer = await app.request(path);
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('GET /openapi.json', () => {
  test('is the description, for programs', async () => {
    const answer = await app.request('/openapi.json');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await answer.json()).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Proxy <1>', version: '1.2.3', description: 'Quotes.' },
      paths: { '/status': { get: { operationId: 'status' } } },
    });
  });

  test('needs no files of Swagger UI', async () => {
    expect((await nowhere.request('/openapi.json')).status).toBe(200);
  });
});

describe('GET /docs', () => {
  test('lets nothing but files of this service run and load, and nobody frame it', async () => {
    const answer = await app.request('/docs');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  test('has no script of its own, and shows a title as text', async () => {
    const page = await (await app.request('/docs')).text();
    expect(page.match(/<script[^>]*>[^<]*/g)).toEqual([
      '<script src="/docs/swagger-ui-bundle.js">',
      '<script src="/docs/init.js">',
    ]);
    expect(page).toContain('<title>Proxy &lt;1&gt;</title>');
  });

  test.each([
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ])('has %s as it was built, for a day', async (name, type) => {
    const { status, headers, ...rest } = await read(`/docs/${name}`);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    expect(headers.get('cache-control')).toBe('public, max-age=86400');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const original = await readFile(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)));
    expect(rest.bytes.equals(original)).toBe(true);
  });

  test.each(['LICENSE', 'package.json', '%2e%2e%2f%2e%2e%2fpackage.json', 'swagger-ui.css%00', '../app.ts'])(
    'has no %s',
    async (name) => {
      expect((await app.request(`http://service.example/docs/${name}`)).status).toBe(404);
    },
  );

  test.each(['/docs', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js'])(
    'says what to do where %s was not built',
    async (path) => {
      const answer = await nowhere.request(path);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({
        status: 404,
        code: 'not_found',
        detail: expect.stringMatching(/swagger-ui\.css|swagger-ui-bundle\.js.*`npm run build`/),
      });
    },
  );
});
