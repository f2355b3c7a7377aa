import { createBatcher } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { parseEnvelope } from '@assay/verify/evidence';
import { Hono } from 'hono';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chromiumPath } from '../../../../tools/chromium.ts';
import { localService } from '../../../../tools/local-service.ts';
import '../../../../tools/swagger-ui.ts';
import { createAttesterApp } from '../attester/app.ts';
import { serveApp } from '../service/serve-app.ts';
import { createDocsApp } from './app.ts';
import { attesterPaths } from './attester-paths.ts';
import { publicCors } from './public-cors.ts';

const clock = (): Date => new Date('2026-11-20T12:00:00Z');
const nonce = '0f'.repeat(32);
const name = 'shop';
const version = '1.0.0';
const description = 'What runs here, proven.';

async function served(): Promise<string> {
  const vendor = await createIntelVendor({ seed: 'docs in chromium', now: clock() });
  const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck: await issuePck(vendor) }));
  const batcher = createBatcher(attester, { instance: 'ab'.repeat(32), clock });
  const app = new Hono()
    .route('/', createDocsApp({ title: name, version, description, paths: attesterPaths }))
    .route('/', createAttesterApp({ attester, batcher, name, version, clock }));
  const service = await serveApp(app, {
    place: { host: '127.0.0.1', port: 0 },
    log: { write: () => undefined },
    outer: publicCors(),
  });
  onTestFinished(() => service.close());
  return service.address;
}

/** Of a request, as a page is told it. */
interface Init {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const missing = chromiumPath === undefined ? ' (none is installed: npm run setup:system)' : '';
describe.skipIf(missing !== '')(`in Chromium${missing}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ ...(chromiumPath !== undefined && { executablePath: chromiumPath }) });
  });
  afterAll(() => browser.close());

  async function opened(): Promise<{ readonly page: Page; readonly seen: Seen }> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const seen: Seen = { requests: [], complaints: [] };
    page.on('request', (request) => void seen.requests.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') seen.complaints.push(message.text());
    });
    page.on('pageerror', (error) => void seen.complaints.push(String(error)));
    return { page, seen };
  }
  interface Seen {
    readonly requests: string[];
    readonly complaints: string[];
  }

  test('/docs shows every operation, loads nothing from elsewhere, and breaks no policy', async () => {
    const origin = await served();
    const { page, seen } = await opened();
    await page.goto(`${origin}/docs`);
    await page.locator('.opblock').first().waitFor();
    const operations = await page
      .locator('.opblock-summary-path')
      .evaluateAll((found) => found.map((each) => each.getAttribute('data-path')));
    expect(operations).toEqual(
      Object.entries(attesterPaths).flatMap(([path, methods]) => Object.keys(methods).map(() => path)),
    );
    expect(await page.locator('h1').innerText()).toContain(name);
    // The one with the most in it, and a request of the page's own.
    const attestation = page.locator('.opblock-get', { has: page.locator('[data-path="/attestation"]') });
    await attestation.locator('.opblock-summary-control').click();
    await attestation.getByText('too_many_requests').first().waitFor();
    await attestation.getByRole('button', { name: 'Try it out' }).click();
    await attestation.getByRole('button', { name: 'Execute' }).click();
    await attestation.locator('.live-responses-table').getByText('assay.evidence/1').first().waitFor();
    const asked = seen.requests.filter((url) => !url.startsWith('data:')).map((url) => url.replace(/\?.*/, ''));
    const files = ['/docs', '/docs/init.js', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css'];
    expect(new Set(asked)).toEqual(
      new Set([...files, '/openapi.json', '/attestation'].map((path) => `${origin}${path}`)),
    );
    expect(seen.complaints).toEqual([]);
  });

  test('a script in the page of /docs would not run, and would be seen', async () => {
    const { page, seen } = await opened();
    await page.goto(`${await served()}/docs`);
    await page.locator('.opblock').first().waitFor();
    const planted = `const script = document.createElement('script');
      script.textContent = 'globalThis.planted = true';
      document.body.append(script);
      globalThis.planted`;
    expect(await page.evaluate(planted)).toBeUndefined();
    await expect.poll(() => seen.complaints).toEqual([expect.stringContaining("script-src 'self'")]);
  });

  test('a page of another origin reads evidence, and why it got none', async () => {
    const origin = await served();
    await using other = await localService({ '/': { headers: { 'content-type': 'text/html' }, body: '<p>other' } });
    const { page } = await opened();
    await page.goto(other.origin);
    const ask = (target: string, init: Init = {}) =>
      page.evaluate(
        async ([url, options]) => {
          const answer = await fetch(url, options);
          const id = answer.headers.get('x-request-id');
          return { status: answer.status, type: answer.headers.get('content-type'), id, text: await answer.text() };
        },
        [`${origin}${target}`, init] as const,
      );
    const posted = { method: 'POST', body: JSON.stringify({ nonce }), headers: { 'content-type': 'application/json' } };
    for (const answer of [await ask(`/attestation?nonce=${nonce}`), await ask('/attestation', posted)]) {
      expect(answer.status).toBe(200);
      expect(parseEnvelope(answer.text).tee).toBe('tdx');
      expect(answer.id).toMatch(/^[\w-]+$/);
    }
    const refused = await ask('/attestation?nonce=0f');
    expect([refused.status, refused.type]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'bad_request', field: 'nonce' });
  });
});
