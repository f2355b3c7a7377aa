import { createIntelVendor, type Exhibit, makeExhibit } from '@assay/simulate';
import { toHex, utf8 } from '@assay/verify/codec';
import { beforeAll, expect, test } from 'vitest';
import { choose, describeInChromium, type GivenFile } from '../../../tools/explorer-in-tests.ts';
import { expectFrom, openTab, verdictOf, visits } from '../../../tools/explorer-visits.ts';
import { CONTENT_SECURITY_POLICY } from './node/folder.ts';

/** What would turn the direction of reading, be a tag, act on a terminal, and leave its place. */
const WORDS = `\u202eDETSURT\u202c<img src=x onerror=alert(1)>\u0007${'A'.repeat(3000)}`;

describeInChromium('words of others in the page', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);
  let exhibit: Exhibit;
  beforeAll(async () => {
    const vendor = await createIntelVendor({ seed: 'explorer, hostile', now: new Date() });
    exhibit = await makeExhibit(vendor, { quote: { body: 'td10' } });
  });
  const collateral = (): readonly GivenFile[] =>
    Object.entries(exhibit.collateral).map(([name, bytes]) => ({ name, bytes }));

  test.each([360, 1280])('of a log and a file name are shown as they are, %d pixels wide', (width) =>
    visit(
      async (page) => {
        const event = { imr: 3, event_type: 134_217_729, digest: '00'.repeat(48), event: WORDS };
        const log = JSON.stringify([{ ...event, event_payload: toHex(utf8(WORDS)) }]);
        const reply = JSON.stringify({ quote: toHex(exhibit.evidence), event_log: log });
        await choose(page, [{ name: 'gnp\u202eexe.json', bytes: reply }]);
        expect((await verdictOf(page)).word).toBe('Refused');
        await page.getByRole('region', { name: 'Verdict' }).getByText('gnp⟨202E⟩exe.json').waitFor();
        await openTab(page, 'Event log');
        await page.locator('.steps').getByText('⟨202E⟩DETSURT⟨202C⟩<img').first().waitFor();
        expect(await page.locator('main').innerText()).not.toMatch(/[\u202a-\u202e]/u);
        expect(await page.locator('img').count()).toBe(0);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      },
      { context: { viewport: { width, height: 740 } } },
    ),
  );

  test('of a policy keep to the page’s width, many releases too', () =>
    visit(async (page) => {
      const releases = Array.from({ length: 12 }, (_, index) => ({
        name: `${index} ${'x'.repeat(100)}`,
        measurements: { mrtd: 'ab'.repeat(48) },
      }));
      await choose(page, [
        { name: 'quote.bin', bytes: exhibit.evidence },
        { name: 'policy.json', bytes: JSON.stringify({ releases }) },
      ]);
      await page.locator('.notices').getByText('A policy was among the files.').waitFor();
      await verdictOf(page);
      await openTab(page, 'Measurements');
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }));

  test('name no code to expect while nobody vouches for them', () =>
    visit(async (page) => {
      await choose(page, [{ name: 'quote.bin', bytes: exhibit.evidence }, ...collateral()]);
      expect((await verdictOf(page)).layers.authentic).toBe('fail');
      expect(await page.getByRole('button', { name: /Expect this code|Copy policy/ }).count()).toBe(0);
    }));
});

describeInChromium('files one after another', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);

  test('are one folder of collateral in the end; of two policies the second is named', () =>
    visit(async (page) => {
      const vendor = await createIntelVendor({ seed: 'explorer, one by one', now: new Date() });
      const { evidence, collateral, rootPem } = await makeExhibit(vendor, { quote: { body: 'td10' } });
      await choose(page, [{ name: 'root.pem', bytes: rootPem }]);
      await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
      await choose(page, [{ name: 'quote.bin', bytes: evidence }]);
      expect((await verdictOf(page)).layers.authentic).toBe('fail');
      for (const [name, bytes] of Object.entries(collateral)) {
        await choose(page, [{ name, bytes }]);
        await expectFrom(page, {});
      }
      await expect.poll(async () => (await verdictOf(page)).layers.authentic).toBe('pass');
      await choose(page, [
        { name: 'strict.json', bytes: '{"freshness":{"maxAgeSeconds":60}}' },
        { name: 'lax.json', bytes: '{"identity":"any"}' },
      ]);
      await page.locator('.notices').getByText('Left aside: lax.json (one policy at a time)').waitFor();
      expect((await verdictOf(page)).layers.identity).toBe('unchecked');
    }));
});
