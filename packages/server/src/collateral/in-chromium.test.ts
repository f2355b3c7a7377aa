import { fileURLToPath } from 'node:url';
import { buildQuote } from '@assay/simulate';
import { type Browser, chromium } from 'playwright';
import { build, defaultClientConditions } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chromiumPath } from '../../../../tools/chromium.ts';
import { away, type IntelScene, intelScene, NOW, type Vendor } from '../../../../tools/collateral-in-tests.ts';
import { localService } from '../../../../tools/local-service.ts';
import { publicCors } from '../documentation/public-cors.ts';
import { serveApp } from '../service/serve-app.ts';
import { COLLATERAL_HEADERS } from './answer.ts';

const missing = chromiumPath === undefined ? ' (none is installed: npm run setup:system)' : '';
describe.skipIf(missing !== '')(`a page of another origin, in Chromium${missing}`, () => {
  let browser: Browser;
  let scene: IntelScene;
  let program: string;
  beforeAll(async () => {
    browser = await chromium.launch({ ...(chromiumPath !== undefined && { executablePath: chromiumPath }) });
    scene = await intelScene();
    program = await pageProgram();
  });
  afterAll(() => browser.close());

  /** The verdict of a page on a quote, with a collateral service and a vendor behind that. */
  async function judged(vendor: Vendor, expose: readonly string[]): Promise<unknown> {
    const stage = await scene.staged();
    stage.vendors.intel = vendor;
    const { app } = await stage.start();
    const place = { host: '127.0.0.1', port: 0 };
    const served = await serveApp(app, { place, log: { write: () => undefined }, outer: publicCors({ expose }) });
    onTestFinished(() => served.close());
    await using other = await localService({
      '/': { headers: { 'content-type': 'text/html' }, body: '<script type="module" src="/page.js"></script>' },
      '/page.js': { headers: { 'content-type': 'text/javascript' }, body: program },
    });
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(other.origin);
    await page.waitForFunction('globalThis.judge !== undefined');
    const { bytes } = await buildQuote(scene.vendor, scene.pck, { body: 'td15' });
    const given = {
      service: served.address,
      evidence: Buffer.from(bytes).toString('base64'),
      rootPem: scene.vendor.rootPem,
      at: NOW.toISOString(),
    };
    return page.evaluate(`globalThis.judge(${JSON.stringify(given)}).catch((error) => String(error))`);
  }

  test('verifies evidence with what it fetches', async () => {
    expect(await judged(scene.servedBy(scene.vendor), COLLATERAL_HEADERS)).toMatchObject({
      layers: { authentic: 'pass', platform: 'pass' },
      tcb: { status: 'UpToDate' },
      simulated: true,
    });
  });

  test('could not without leave to read the chains', async () => {
    expect(await judged(scene.servedBy(scene.vendor), [])).toContain('may not read the header');
  });

  test('reads why there is nothing', async () => {
    expect(await judged(away, COLLATERAL_HEADERS)).toMatch(/503 .*"code":"unavailable"/);
  });
});

/** The page's program with all that it imports, as one module. */
async function pageProgram(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@assay/source', ...defaultClientConditions] },
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('../../../../tools/collateral-page.ts', import.meta.url)), formats: ['es'] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [chunk] = [built].flat().flatMap((result) => ('output' in result ? result.output : []));
  if (chunk?.type !== 'chunk') throw new Error('expected one module');
  return chunk.code;
}
