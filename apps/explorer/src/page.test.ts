import { createBatcher, newInstance } from '@assay/attest';
import { createAttesterApp } from '@assay/server';
import {
  createIntelVendor,
  createSoftwareTd,
  type Exhibit,
  type IntelVendor,
  issueCollateral,
  issuePck,
  makeExhibit,
} from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { fromPem, verify } from '@assay/verify';
import { makeBundle, parseBundle, serialiseBundle } from '@assay/verify/bundle';
import { utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { tdx } from '@assay/verify/tdx';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildPage,
  choose,
  describeInChromium,
  type GivenFile,
  launchChromium,
  openPage,
  servePage,
  type WatchedPage,
} from '../../../tools/explorer-in-tests.ts';
import { describeWithVectors, vector, vectors } from '../../../tools/vectors-in-tests.ts';
import { CONTENT_SECURITY_POLICY } from './node/folder.ts';

const now = new Date();
const ANY = JSON.stringify({ identity: 'any', freshness: 'any', binding: 'any' });

/** Files of one case, by the names that they have in its folder. */
const caseFiles = (name: string): readonly GivenFile[] =>
  Object.keys(vectors)
    .filter((path) => path.startsWith(`${name}/`))
    .map((path) => ({ name: path.slice(name.length + 1), bytes: vector(path) }));
const filesOf = ({ evidence, collateral }: Exhibit): readonly GivenFile[] => [
  { name: 'quote.bin', bytes: evidence },
  ...Object.entries(collateral).map(([name, bytes]) => ({ name, bytes })),
];
const endorsementsOf = (collateral: Exhibit['collateral']) =>
  endorsementsFromDirectory(
    Object.fromEntries(
      Object.entries(collateral).map(([name, file]) => [name, typeof file === 'string' ? utf8(file) : file]),
    ),
  );

/** The verdict that the page shows: its word, the layers, and the ids of failed checks. */
async function verdictOf(page: Page): Promise<{ word: string; layers: Record<string, string>; failed: string[] }> {
  const card = page.getByRole('region', { name: 'Verdict' });
  await card.waitFor();
  await page.locator('main[aria-busy=false]').waitFor();
  const layers = await card.locator('[data-layer]').all();
  return {
    word: await card.getByRole('heading', { level: 2 }).innerText(),
    layers: Object.fromEntries(
      await Promise.all(
        layers.map(async (layer) => [
          await layer.getAttribute('data-layer'),
          await layer.getAttribute('data-layer-outcome'),
        ]),
      ),
    ),
    failed: await page
      .locator('[data-check-outcome=fail]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-check') ?? '')),
  };
}

async function openSettings(page: Page): Promise<void> {
  await page.getByText('What you trust and expect').click();
}

/** Types into a field, and leaves it. */
async function set(page: Page, label: string, value: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.fill(value);
  await field.blur();
}

describeInChromium('the page', () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof buildPage>>;
  let site: Awaited<ReturnType<typeof servePage>>;
  let vendor: IntelVendor;
  let exhibit: Exhibit;
  let opened: WatchedPage;
  const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY };

  beforeAll(async () => {
    [browser, built, vendor] = await Promise.all([
      launchChromium(),
      buildPage(),
      createIntelVendor({ seed: 'explorer', now }),
    ]);
    exhibit = await makeExhibit(vendor, { quote: { body: 'td10' } });
    site = await servePage(built.folder, headers);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await built?.[Symbol.asyncDispose]();
  });

  /** Opens the page, uses it, and sees that it kept to itself. */
  const visit = async (use: (page: Page) => Promise<void>, origin = site.origin): Promise<void> => {
    opened = await openPage(browser, origin);
    try {
      await use(opened.page);
      expect({ outside: opened.outside, faults: opened.faults }).toEqual({ outside: [], faults: [] });
    } finally {
      await opened[Symbol.asyncDispose]();
    }
  };

  describeWithVectors('shows real evidence', () => {
    test('a quote of a platform that is out of date, at the time it was made', () =>
      visit(async (page) => {
        await openSettings(page);
        await set(page, 'Judged at', new Date(1_781_390_688_000).toISOString());
        await choose(page, caseFiles('tdx-v4-00806f050000-00b2526a'));
        const { word, layers, failed } = await verdictOf(page);
        expect([word, layers.authentic, layers.platform]).toEqual(['Refused', 'pass', 'fail']);
        expect(failed).toEqual(['tcb.status']);
        await expect.poll(() => page.locator('.tcb').innerText()).toContain('OutOfDate');
      }));

    test('a Confidential Space token', () =>
      visit(async (page) => {
        await openSettings(page);
        await set(page, 'Judged at', new Date(1_750_688_600_000).toISOString());
        await choose(page, [{ name: 'token.jwt', bytes: vector('confidential-space/valid.jwt') }]);
        const { word, layers, failed } = await verdictOf(page);
        expect([word, layers.authentic, layers.platform]).toEqual(['Refused', 'pass', 'fail']);
        expect(failed).toContain('cs.dbgstat');
      }));

    test('an SNP report with the certificates beside it', () =>
      visit(async (page) => {
        await openSettings(page);
        await set(page, 'Judged at', new Date(1_762_516_800_000).toISOString());
        await choose(page, caseFiles('snp-v2-milan-vcek-120d77b2'));
        const { layers } = await verdictOf(page);
        expect(layers.authentic).toBe('pass');
      }));
  });
  void [
    describe,
    ANY,
    filesOf,
    endorsementsOf,
    verify,
    makeBundle,
    parseBundle,
    serialiseBundle,
    fromPem,
    tdx,
    exhibit,
    createBatcher,
    newInstance,
    createAttesterApp,
    createSoftwareAttester,
    createSoftwareTd,
    issueCollateral,
    issuePck,
  ];
});
