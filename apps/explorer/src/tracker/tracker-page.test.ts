import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { axeFinds } from '../../../../tools/explorer-axe.ts';
import { describeInChromium, type Service } from '../../../../tools/explorer-in-tests.ts';
import { visits } from '../../../../tools/explorer-visits.ts';
import { CONTENT_SECURITY_POLICY } from '../node/folder.ts';

const STATS = {
  ...{ instance_id: 'tracker_1', total_torrents: 2, total_peers: 1_234_567, total_seeds: 1, total_users: 3 },
  ...{ min_ratio: 0.5, ledger_entries: 9, started_at: 1_795_000_000 },
  ...{ announces: 40, receipts_counted: 4, bytes_counted: 1_250_000_000 },
};
const TEE = { tee_available: true, tee_mode: 'enabled', attester: 'dstack', simulated: true };

/** A tracker that answers what it is made to. */
function trackerOf(stats: () => unknown = () => STATS, tee: unknown = TEE): Service & { readonly asked: () => number } {
  let asked = 0;
  const answer = (document: unknown): Response => (document instanceof Response ? document : Response.json(document));
  const service: Service = ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === '/tee/status') return answer(tee);
    if (pathname !== '/stats') return new Response(null, { status: 404 });
    asked += 1;
    return answer(stats());
  };
  return Object.assign(service, { asked: () => asked });
}

/** Opens the view under a clock that the test winds. */
async function openTracker(page: Page): Promise<void> {
  await page.clock.install();
  const { origin } = new URL(page.url());
  await page.goto('about:blank');
  await page.goto(`${origin}/explorer/#tracker`);
  await page.getByRole('heading', { name: 'Tracker' }).waitFor();
}

const figure = (page: Page, id: string): Promise<string> => page.locator(`[data-figure="${id}"]`).innerText();
const status = (page: Page): Promise<string> => page.locator('.tracker [role=status]').innerText();

describeInChromium('the view of a tracker', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);

  test('is linked where a tracker serves the page, and nowhere else', async () => {
    await visit((page) => page.getByRole('link', { name: 'Tracker' }).waitFor(), { service: trackerOf() });
    for (const stats of [{}, { ...STATS, announces: 'many' }, new Response('<p>'), new Response('{}', { status: 503 })])
      await visit(
        async (page) => {
          const asked = page.waitForResponse(/\/stats$/);
          await page.reload();
          await asked;
          // What the page makes of it, it has made by the time that others were asked for after it.
          await page.evaluate(async () => {
            for (let round = 0; round < 5; round += 1) await (await fetch('/stats', { cache: 'no-store' })).text();
          });
          expect(await page.getByRole('link', { name: 'Tracker' }).count()).toBe(0);
        },
        { service: trackerOf(() => (stats instanceof Response ? stats.clone() : stats)) },
      );
  });

  test('has numbers with their units, in tables', () =>
    visit(
      async (page) => {
        await openTracker(page);
        await expect.poll(() => page.getByRole('row', { name: 'Peers' }).innerText()).toMatch(/1,234,567 peers/);
        expect(await page.getByRole('row', { name: 'Of these, seeds' }).innerText()).toMatch(/1 peer$/);
        expect(await page.getByRole('row', { name: 'Moved by these' }).innerText()).toMatch(/1.3 GB$/);
        await page.getByRole('table', { name: 'Since 2026-11-18' }).waitFor();
      },
      { service: trackerOf() },
    ));

  test.each([
    ['SIMULATED', {}],
    ['SIMULATED', { tee_mode: 'disabled' }],
    ['NO TEE', { tee_available: false, attester: null, simulated: null }],
    ['UNKNOWN TEE', { simulated: null }],
    ['TEE NOT USED', { simulated: false, tee_mode: 'disabled' }],
    ['TEE', { simulated: false }],
  ])('says %s where the tracker says %j', (word, change) =>
    visit(
      async (page) => {
        await openTracker(page);
        await expect.poll(() => page.locator('.tee strong').innerText()).toBe(word);
      },
      { service: trackerOf(undefined, { ...TEE, ...change }) },
    ),
  );

  test.each([
    ['is none', () => new Response(null, { status: 404 }), '/stats: answered 404; is this page served by a tracker?'],
    ['answers a page', () => new Response('<p>', { headers: { 'content-type': 'text/html' } }), 'expected JSON'],
    ['answers junk', () => new Response('\0', { headers: { 'content-type': 'application/json' } }), '/stats: not JSON'],
    ['answers other shapes', () => ({ ...STATS, total_peers: [] }), '/stats: total_peers: expected a count, found []'],
    ['answers too much', () => ({ ...STATS, more: 'a'.repeat(65_536) }), 'longer than 65536 bytes'],
  ])('says so when the server %s', (_name, stats, words) =>
    visit(
      async (page) => {
        await openTracker(page);
        await expect.poll(() => status(page)).toContain(words);
        expect(await page.locator('table').count()).toBe(0);
      },
      { service: trackerOf(stats) },
    ),
  );

  test('asks more and more seldom while the tracker fails, says that its figures are old, and goes on', async () => {
    let away = false;
    const service = trackerOf(() => (away ? new Response(null, { status: 503 }) : STATS));
    await visit(
      async (page) => {
        await openTracker(page);
        await expect.poll(() => figure(page, 'announces')).toBe('40');
        away = true;
        await page.clock.runFor(3_000);
        await expect
          .poll(() => status(page))
          .toMatch(/answered 503.*next try is in 6 seconds. The figures below are old/);
        await page.clock.runFor(6_000);
        await expect.poll(() => status(page)).toContain('in 12 seconds');
        away = false;
        await page.clock.runFor(12_000);
        await expect.poll(() => status(page)).toContain('every 3 seconds');
      },
      { service },
    );
  });

  test('asks nothing while it is not seen', async () => {
    const service = trackerOf();
    await visit(
      async (page) => {
        await openTracker(page);
        await expect.poll(() => figure(page, 'announces')).toBe('40');
        const see = (hidden: boolean): Promise<unknown> =>
          page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
            document.dispatchEvent(new Event('visibilitychange'))`);
        await see(true);
        const before = service.asked();
        await page.clock.runFor(120_000);
        expect(service.asked()).toBe(before);
        await see(false);
        await expect.poll(service.asked).toBeGreaterThan(before);
      },
      { service },
    );
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test('fits a phone, and has nothing that axe finds wrong', () =>
      visit(
        async (page) => {
          await openTracker(page);
          await expect.poll(() => figure(page, 'announces')).toBe('40');
          expect(await axeFinds(page)).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
        },
        { service: trackerOf(), context: { colorScheme, viewport: { width: 360, height: 740 }, isMobile: true } },
      ));
  });
});
