import {
  createGuestAgent,
  createIntelVendor,
  type Exhibit,
  type GuestAgent,
  type IntelVendor,
  issueCollateral,
  makeExhibit,
} from '@assay/simulate';
import { toBase64, toHex } from '@assay/verify/codec';
import type { Page } from 'playwright';
import { beforeAll, describe, expect, test } from 'vitest';
import { choose, describeInChromium, type GivenFile } from '../../../tools/explorer-in-tests.ts';
import { expectFrom, openTab, verdictOf, visits } from '../../../tools/explorer-visits.ts';
import { describeWithVectors, vector, vectors, vectorText } from '../../../tools/vectors-in-tests.ts';
import { CONTENT_SECURITY_POLICY } from './node/folder.ts';

const ANY = JSON.stringify({ identity: 'any', freshness: 'any', binding: 'any' });

/** Files of one case, by the names that they have in its folder. */
const caseFiles = (name: string): readonly GivenFile[] =>
  Object.keys(vectors)
    .filter((path) => path.startsWith(`${name}/`))
    .map((path) => ({ name: path.slice(name.length + 1), bytes: vector(path) }));
const filesIn = (folder: Exhibit['collateral']): readonly GivenFile[] =>
  Object.entries(folder).map(([name, bytes]) => ({ name, bytes }));

describeInChromium('real evidence', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);

  describeWithVectors('with its endorsements', () => {
    test('a quote of a platform that was out of date is genuine, and refused for that alone', () =>
      visit(async (page) => {
        await expectFrom(page, { 'Judged at': new Date(1_781_390_688_000).toISOString() });
        await choose(page, caseFiles('tdx-v4-00806f050000-00b2526a'));
        const { word, layers, failed } = await verdictOf(page);
        expect([word, layers.authentic, failed]).toEqual(['Refused', 'pass', ['tcb.status']]);
        const row = page.locator('[data-check="tcb.status"]');
        await row.getByText('The TCB status is UpToDate').waitFor();
        expect(await row.innerText()).toMatch(/OutOfDate[\s\S]*STATUS_TCB_OUT_OF_DATE[\s\S]*Update firmware/);
        expect(await page.locator('.tcb').innerText()).toContain('INTEL-SA-01397');
      }));

    test('asked only whether it is genuine, the same quote is', () =>
      visit(async (page) => {
        await expectFrom(page, { 'Judged at': new Date(1_781_390_688_000).toISOString() });
        await page.getByLabel('Only ask whether it is genuine').check();
        await choose(page, caseFiles('tdx-v4-00806f050000-00b2526a'));
        expect(await verdictOf(page)).toEqual({ word: 'Genuine', layers: { authentic: 'pass' }, failed: [] });
        expect(await page.getByRole('region', { name: 'Verdict' }).getAttribute('data-trusted')).toBe('false');
      }));

    test('a Confidential Space token of a debug image is genuine, and refused', () =>
      visit(async (page) => {
        await expectFrom(page, { 'Judged at': new Date(1_750_688_600_000).toISOString() });
        await choose(page, [{ name: 'token.jwt', bytes: vector('confidential-space/valid.jwt') }]);
        const { word, layers, failed } = await verdictOf(page);
        expect([word, layers.authentic, layers.platform]).toEqual(['Refused', 'pass', 'fail']);
        expect(failed).toContain('cs.dbgstat');
        await openTab(page, 'Certificates');
        expect(await page.locator('.chain .node').count()).toBe(4);
      }));

    test('an SNP report is genuine with the certificates beside it', () =>
      visit(async (page) => {
        await expectFrom(page, { 'Judged at': new Date(1_762_516_800_000).toISOString() });
        await choose(page, caseFiles('snp-v2-milan-vcek-120d77b2'));
        expect((await verdictOf(page)).layers.authentic).toBe('pass');
        await openTab(page, 'Certificates');
        expect(await page.locator('.chain').innerText()).toMatch(/ARK-Milan[\s\S]*SEV-Milan[\s\S]*SEV-VCEK/);
      }));

    test('a guest agent’s reply is pasted, and its log replayed', () =>
      visit(async (page) => {
        await page.getByRole('button', { name: 'Paste text' }).click();
        await page.getByLabel('Hexadecimal, base64').fill(vectorText('eventlog/dstack-rtmr3/report.json'));
        await page.getByRole('button', { name: 'Verify this text' }).click();
        expect((await verdictOf(page)).word).toBe('Refused');
        await openTab(page, 'Event log');
        await page.getByText('rtmr3 leads to the evidence’s value').waitFor();
      }));
  });
});

describeInChromium('simulated evidence', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);
  let vendor: IntelVendor;
  let exhibit: Exhibit;
  let guest: GuestAgent;
  beforeAll(async () => {
    vendor = await createIntelVendor({ seed: 'explorer', now: new Date() });
    [exhibit, guest] = await Promise.all([
      makeExhibit(vendor, { quote: { body: 'td10' } }),
      createGuestAgent(vendor, { appCompose: '{"manifest_version":2,"name":"shop","runner":"docker-compose"}' }),
    ]);
  });

  const trustRoot = async (page: Page): Promise<void> => {
    await choose(page, [{ name: 'root.pem', bytes: vendor.rootPem }]);
    await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
  };
  const quoteFiles = (): readonly GivenFile[] => [
    { name: 'quote.bin', bytes: exhibit.evidence },
    ...filesIn(exhibit.collateral),
  ];

  test('is refused by the pinned roots', () =>
    visit(async (page) => {
      await choose(page, quoteFiles());
      const { word, failed } = await verdictOf(page);
      expect([word, failed]).toEqual(['Refused', expect.arrayContaining(['dcap.root.trusted'])]);
    }));

  test('is trusted under a root that the reader vouched for, and says SIMULATED', () =>
    visit(async (page) => {
      await trustRoot(page);
      await choose(page, quoteFiles());
      expect((await verdictOf(page)).word).toBe('Not trusted');
      await expectFrom(page, { Policy: ANY });
      expect((await verdictOf(page)).word).toBe('Trusted, but simulated');
      expect(await page.locator('.banner').innerText()).toContain('SIMULATED');
      const card = page.getByRole('region', { name: 'Verdict' });
      expect(Number(await card.getAttribute('data-elapsed-ms'))).toBeGreaterThan(0);
      await page.getByLabel('Accept simulated evidence').uncheck();
      await expect.poll(async () => (await verdictOf(page)).failed).toEqual(['trust.simulated']);
    }));

  test.each([
    ['hexadecimal', toHex],
    ['base64', toBase64],
  ])('is recognised in %s', (_name, written) =>
    visit(async (page) => {
      await trustRoot(page);
      await choose(page, [{ name: 'quote.txt', bytes: written(exhibit.evidence) }, ...filesIn(exhibit.collateral)]);
      expect((await verdictOf(page)).layers.authentic).toBe('pass');
    }),
  );

  test('with one bit changed is refused', () =>
    visit(async (page) => {
      await trustRoot(page);
      const tampered = new Uint8Array(exhibit.evidence);
      tampered[200] = (tampered[200] ?? 0) ^ 1;
      await choose(page, [{ name: 'quote.bin', bytes: tampered }, ...filesIn(exhibit.collateral)]);
      const { word, failed } = await verdictOf(page);
      expect([word, failed]).toEqual(['Refused', ['dcap.quote.signature']]);
    }));

  test('of a dstack guest is shown from every side', () =>
    visit(async (page) => {
      const reply = await guest.handler(new Request(`http://guest/GetQuote?report_data=${'ab'.repeat(32)}`));
      const collateral = await issueCollateral(vendor, guest.td.pck, { tee: 'tdx' });
      await trustRoot(page);
      await choose(page, [{ name: 'reply.json', bytes: await reply.text() }, ...filesIn(collateral)]);
      await page.getByRole('button', { name: 'Expect this code' }).click();
      await expectFrom(page, { 'Report data': 'ab'.repeat(32) });
      const { layers } = await verdictOf(page);
      expect(layers).toEqual({
        authentic: 'pass',
        platform: 'pass',
        identity: 'pass',
        fresh: 'unchecked',
        bound: 'pass',
      });
      const shown: Record<string, RegExp> = {
        Checks: /Authentic\s+\d+ passed/,
        Certificates: /PCK Platform CA[\s\S]*this quote/,
        Timeline: /TCB info[\s\S]*valid at once/,
        Measurements: /composeHash[\s\S]*equal/,
        'Event log': /rtmr3 leads to the evidence’s value[\s\S]*compose-hash[\s\S]*rtmr3 after it/,
        Bytes: /reportData[\s\S]*abababab|reportData[\s\S]*ab ab ab ab/,
        Claims: /"mrtd"/,
      };
      for (const [tab, text] of Object.entries(shown)) {
        await openTab(page, tab);
        await expect.poll(() => page.locator('#panel').innerText()).toMatch(text);
      }
    }));

  describe('in a bundle that the page made', () => {
    test('is verified anew, by the reader’s own expectations', () =>
      visit(async (page) => {
        await trustRoot(page);
        await expectFrom(page, { Policy: ANY });
        await choose(page, quoteFiles());
        await verdictOf(page);
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Download bundle' }).click(),
        ]);
        const path = await download.path();
        await page.getByRole('button', { name: 'Start again' }).click();
        await expectFrom(page, { Policy: '' });
        await page.getByLabel('Files of evidence', { exact: true }).setInputFiles(path);
        expect((await verdictOf(page)).word).toBe('Not trusted');
        // On its maker's terms it reproduces, which is no ground to trust it; on the reader's it is judged anew.
        await page.getByRole('button', { name: 'Does the record reproduce?' }).click();
        await expect.poll(async () => (await verdictOf(page)).word).toBe('Reproduces');
        expect(await page.getByRole('region', { name: 'Verdict' }).getAttribute('data-trusted')).toBe('false');
        expect(await page.locator('[data-check="bundle.recorded"]').getAttribute('data-check-outcome')).toBe('warn');
        await page.getByRole('button', { name: 'Judge on my terms' }).click();
        await expect.poll(async () => (await verdictOf(page)).word).toBe('Not trusted');
      }));
  });
});
