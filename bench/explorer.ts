import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import { build } from 'vite';
import { CONTENT_SECURITY_POLICY } from '../apps/explorer/src/node/folder.ts';
import {
  buildPage,
  hasChromium,
  launchChromium,
  openPage,
  servePage,
  type WatchedPage,
} from '../tools/explorer-in-tests.ts';
import { expectFrom } from '../tools/explorer-visits.ts';
import type { PageSample } from './bare-in-page.ts';
import { type Sample, samples } from './evidence.ts';
import { ratioOfTimes } from './ratio.ts';
import { announce, type Row } from './row.ts';

/** The most bytes, gzipped, before the page can be used. */
export const FIRST_LOAD = 150_000;
/** The page reads files, finds out what they are, and shows what came out: most of it is not verification. */
const GOAL = 0.15;
const ROUNDS = 40;
/** Rounds until the engine has compiled what it will compile. */
const EARLY = 8;

const POLICY: PageSample['policy'] = {
  tcb: { accept: ['UpToDate', 'SWHardeningNeeded', 'ConfigurationAndSWHardeningNeeded'] },
  identity: 'any',
  freshness: 'any',
  binding: 'any',
};

/** The explorer in Chromium: from drop to verdict beside the bare library, cold, in the same page; and what it loads. */
export async function explorerRows(): Promise<readonly Row[]> {
  if (!hasChromium) {
    process.stderr.write('explorer: not timed, there is no Chromium: npm run setup:system\n');
    return [];
  }
  await using site = await serveBenched();
  const rows: Row[] = [];
  for (const sample of await samples()) {
    await using opened = await site.open();
    announce(sample.name, 'drop to verdict', 'the bare library, cold');
    rows.push(await verdictRow(opened.page, sample));
  }
  await using opened = await site.open();
  return [...rows, loadRow(await firstLoad(opened.page))];
}

/** The page with the bare library beside it, in a browser. */
export async function serveBenched(): Promise<{ readonly open: () => Promise<WatchedPage> } & AsyncDisposable> {
  const held = new AsyncDisposableStack();
  const { folder } = held.use(await buildPage());
  await buildBare(folder);
  const { origin } = held.use(await servePage(folder, { 'content-security-policy': CONTENT_SECURITY_POLICY }));
  const browser = held.use(await launchChromium());
  return { open: () => openPage(browser, origin), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** The bare library as a module. */
async function buildBare(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@assay/source', 'module', 'browser'] },
    build: {
      lib: { entry: join(import.meta.dirname, 'bare-in-page.ts'), formats: ['es'], fileName: () => 'bare.js' },
      outDir: folder,
      emptyOutDir: false,
      target: 'es2023',
    },
  });
}

async function verdictRow(page: Page, sample: Sample): Promise<Row> {
  await give(page, sample);
  const [bare, dropped]: [number[], number[]] = [[], []];
  for (let round = -EARLY; round < ROUNDS; round += 1) {
    const one = await bareTime(page);
    const other = await dropTime(page, `quote ${round}`);
    if (round < 0) continue;
    bare.push(one);
    dropped.push(other);
  }
  const [undisturbed = Number.NaN] = dropped.toSorted((x, y) => x - y);
  const what = `verdict, ${undisturbed.toFixed(0)} ms`;
  return { sample: sample.name, what, against: 'the bare library, cold', goal: GOAL, ...ratioOfTimes(bare, dropped) };
}

/** Puts a sample where the page's scripts find it, and says in the page what is trusted and expected. */
export async function give(page: Page, { quote, files, now, root }: Sample): Promise<void> {
  const text = (bytes: Uint8Array): string => `Uint8Array.from(${JSON.stringify([...bytes])})`;
  const named = Object.entries(files).map(([name, bytes]) => `${JSON.stringify(name)}: ${text(bytes)}`);
  await page.evaluate(`globalThis.sample = {
    quote: ${text(quote)}, files: { ${named.join()} }, policy: ${JSON.stringify(POLICY)},
    now: ${now.getTime()}, root: ${root ? text(root) : 'undefined'},
  }; undefined`);
  if (root) {
    await page.getByLabel('Files of evidence', { exact: true }).setInputFiles({
      name: 'root.der',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(root),
    });
    await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
  }
  await expectFrom(page, { 'Judged at': now.toISOString(), Policy: JSON.stringify(POLICY) });
}

/** Milliseconds of the bare library. */
export function bareTime(page: Page): Promise<number> {
  return page.evaluate("import('/explorer/bare.js').then(({ judgeBare }) => judgeBare(sample))");
}

/** Milliseconds from drop to verdict, as the page says. Throws unless the verdict is one of trust. */
export async function dropTime(page: Page, name: string): Promise<number> {
  await page.evaluate(`{
    const transfer = new DataTransfer();
    transfer.items.add(new File([sample.quote], ${JSON.stringify(name)}));
    for (const [name, bytes] of Object.entries(sample.files)) transfer.items.add(new File([bytes], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }`);
  const card = page.locator('.verdict[data-elapsed-ms]', { hasText: name });
  await card.waitFor();
  if ((await card.getAttribute('data-trusted')) !== 'true') throw new Error(`refused: ${await card.innerText()}`);
  return Number(await card.getAttribute('data-elapsed-ms'));
}

/** Bytes, gzipped, that the page loads before it can be used. */
export async function firstLoad(page: Page): Promise<number> {
  const loaded: Promise<number>[] = [];
  page.on('response', (response) => {
    // What no service answers, be it to the page before, has no body.
    if (response.status() < 400) loaded.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.reload({ waitUntil: 'networkidle' });
  const sizes = await Promise.all(loaded);
  return sizes.reduce((sum, size) => sum + size, 0);
}

function loadRow(bytes: number): Row {
  const ratio = FIRST_LOAD / bytes;
  const what = `load, ${(bytes / 1000).toFixed(0)} kB`;
  return {
    sample: 'page',
    what,
    against: `${FIRST_LOAD / 1000} kB gzipped, the most`,
    goal: 1,
    ratio,
    low: ratio,
    high: ratio,
  };
}
