import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createIntelVendor, type Exhibit, makeExhibit } from '@assay/simulate';
import { serialiseEnvelope } from '@assay/verify/evidence';
import type { Page } from 'playwright';
import { beforeAll, describe, expect, test } from 'vitest';
import { axeFinds } from '../../../tools/explorer-axe.ts';
import { choose, describeInChromium, type GivenFile } from '../../../tools/explorer-in-tests.ts';
import { expectFrom, openTab, verdictOf, visits } from '../../../tools/explorer-visits.ts';
import { CONTENT_SECURITY_POLICY } from './node/folder.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const FIRST_LOAD = 150_000;

const overflow = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');

describeInChromium('the page in use', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);
  let exhibit: Exhibit;
  beforeAll(async () => {
    const vendor = await createIntelVendor({ seed: 'explorer in use', now: new Date() });
    exhibit = await makeExhibit(vendor, { quote: { body: 'td15' } });
  });
  const files = (): readonly GivenFile[] => [
    { name: 'root.pem', bytes: exhibit.rootPem },
    { name: 'quote.bin', bytes: exhibit.evidence },
    ...Object.entries(exhibit.collateral).map(([name, bytes]) => ({ name, bytes })),
  ];
  const give = async (page: Page): Promise<void> => {
    await choose(page, files());
    await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
    await verdictOf(page);
  };
  const TABS = ['Checks', 'Certificates', 'Timeline', 'Measurements', 'Bytes', 'Claims'];

  test(`loads at most ${FIRST_LOAD} bytes, gzipped, before it can be used`, async (context) => {
    await visit(async (page) => {
      const loaded: Promise<number>[] = [];
      page.on('response', (response) => {
        // What no service answers, be it to the page before, has no body.
        if (response.status() < 400) loaded.push(response.body().then((body) => gzipSync(body).length));
      });
      await page.reload({ waitUntil: 'networkidle' });
      const sizes = await Promise.all(loaded);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      expect(sizes.length).toBeGreaterThan(2);
      expect(bytes).toBeLessThanOrEqual(FIRST_LOAD);
      await context.annotate(`${bytes} bytes gzipped in ${sizes.length} files`);
    });
  });

  test('says the same policy as the header, but for what only a header can say', () => {
    const html = readFileSync(new URL('../index.html', import.meta.url), 'utf8');
    const said = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1];
    expect(`${said}; frame-ancestors 'none'`).toBe(CONTENT_SECURITY_POLICY);
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test('has names, roles and contrast that axe finds nothing wrong with', () =>
      visit(
        async (page) => {
          expect(await axeFinds(page)).toEqual([]);
          await give(page);
          await expectFrom(page, { Policy: '{ "releases": 1 }' });
          expect(await axeFinds(page)).toEqual([]);
          await expectFrom(page, { Policy: '' });
          for (const tab of TABS) {
            await openTab(page, tab);
            expect([tab, await axeFinds(page)]).toEqual([tab, []]);
          }
        },
        { context: { colorScheme } },
      ));
  });

  test('turns dark at a click, and stays so', () =>
    visit(
      async (page) => {
        const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
        const light = await ground();
        await page.getByRole('button', { name: 'Light or dark' }).click();
        const dark = await ground();
        await page.reload();
        expect([dark === light, await ground()]).toEqual([false, dark]);
      },
      { context: { colorScheme: 'light' } },
    ));

  test('fits a phone without scrolling sideways', () =>
    visit(
      async (page) => {
        expect(await overflow(page)).toBe(0);
        await give(page);
        await page.locator('details.settings > summary').click();
        for (const tab of TABS) {
          await openTab(page, tab);
          expect([tab, await overflow(page)]).toEqual([tab, 0]);
        }
      },
      { context: PHONE },
    ));

  test('is used by keyboard alone, from a pasted envelope to the last tab', () =>
    visit(async (page) => {
      const press = async (...keys: readonly string[]): Promise<void> => {
        for (const key of keys) await page.keyboard.press(key);
      };
      const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
      await press('Tab', 'Tab', 'Tab');
      expect(await focused()).toBe('Paste text');
      await press('Enter', 'Tab');
      await page.keyboard.insertText(serialiseEnvelope({ tee: 'tdx', evidence: exhibit.evidence }));
      await press('Tab', 'Enter');
      expect((await verdictOf(page)).word).toBe('Refused');
      expect(await focused()).toBe('Refused');
      await page.getByRole('status').getByText('Refused. At least one check failed.').waitFor({ state: 'attached' });
      while ((await focused()) !== 'Checks') await press('Tab');
      await press('End');
      expect(await focused()).toBe('Claims');
      await page.getByText('Copy claims').waitFor();
      await press('ArrowRight');
      expect(await focused()).toBe('Checks');
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      expect(outline).toBe('solid');
    }));

  test('takes what is dropped anywhere', () =>
    visit(async (page) => {
      const bytes = [...exhibit.evidence];
      await page.evaluate(`{
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(${JSON.stringify(bytes)})], 'dropped.bin'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }`);
      await verdictOf(page);
      expect(await page.getByRole('region', { name: 'Verdict' }).innerText()).toContain('dropped.bin');
    }));

  test('gives away a policy that expects this code, and the command that asks the same', () =>
    visit(
      async (page) => {
        const copied = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
        await give(page);
        await page.getByRole('button', { name: 'Copy policy from this evidence' }).click();
        await expect.poll(copied).toContain('"mrtd"');
        await expectFrom(page, { Nonce: 'ab'.repeat(16), Policy: await copied() });
        expect((await verdictOf(page)).layers.identity).toBe('pass');
        await page.getByRole('button', { name: 'Copy command line' }).click();
        await expect
          .poll(copied)
          .toBe(
            'npx assay verify quote.bin --collateral ./collateral --policy policy.json ' +
              `--nonce ${'ab'.repeat(16)} --root-ca root.pem --allow-simulated`,
          );
      },
      { context: { permissions: ['clipboard-read', 'clipboard-write'] } },
    ));

  test('prints the command for a server of another origin, and asks it nothing', () =>
    visit(async (page) => {
      await page.getByText('Another server').click();
      await page.getByLabel('Its address').fill('https://shop.example/page');
      const command = await page.locator('.command').innerText();
      expect(command).toMatch(
        /^curl -fsS 'https:\/\/shop\.example\/attestation\?nonce=[0-9a-f]{64}' -o evidence\.json$/,
      );
      await page.getByRole('button', { name: 'Expect this nonce' }).click();
      await expectFrom(page, {});
      const nonce = await page.getByLabel('Nonce', { exact: true }).inputValue();
      expect(command).toContain(nonce);
    }));

  describe('refuses in plain words', () => {
    test.each([
      ['junk', [{ name: 'cat.gif', bytes: 'GIF89a' }], 'cat.gif: no kind of evidence'],
      ['an empty file', [{ name: 'empty', bytes: '' }], 'empty: no kind of evidence'],
      ['too large a file', [{ name: 'big', bytes: new Uint8Array(8_388_609) }], 'at most 8388608 are read'],
      ['too many files', Array.from({ length: 65 }, (_, i) => ({ name: `${i}`, bytes: 'x' })), 'at most 64'],
    ])('%s', (_name, given, words) =>
      visit(async (page) => {
        await choose(page, given);
        await page.getByRole('alert').getByText(words).waitFor();
        expect(await page.getByRole('region', { name: 'Verdict' }).count()).toBe(0);
      }),
    );

    test('the largest texts, at once', () =>
      visit(async (page) => {
        for (const character of ['a', '0', ' ', '{', '[', '-']) {
          await choose(page, [{ name: `much ${character}`, bytes: character.repeat(8_388_608) }]);
          await page.getByRole('alert').getByText(`much ${character}: no kind`).waitFor();
        }
      }));

    test('a broken envelope, by a verdict', () =>
      visit(async (page) => {
        await choose(page, [{ name: 'broken.json', bytes: '{"schema":"assay.evidence/1","evidence":' }]);
        expect(await verdictOf(page)).toMatchObject({ word: 'Refused', failed: ['evidence.form'] });
      }));

    test.each([
      ['Policy', '{ "relases": [] }', 'relases'],
      ['Policy', 'releases: []', 'as JSON'],
      ['Judged at', 'yesterday', 'expected a time'],
      ['Nonce', 'xyz', 'nonce'],
    ])('a mistake in the setting %s: %s', (label, value, words) =>
      visit(async (page) => {
        await give(page);
        await expectFrom(page, { [label]: value });
        await page.getByRole('alert').getByText(words).first().waitFor();
        // What was typed stays, to be mended.
        expect(await page.getByLabel(label, { exact: true }).inputValue()).toBe(value);
        expect(await page.getByRole('region', { name: 'Verdict' }).count()).toBe(0);
      }),
    );
  });
});
