import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import { buildPage, launchChromium, openPage, type Service, servePage } from './explorer-in-tests.ts';

/** Opens the page, uses it, and sees that it kept to itself: no request elsewhere, no fault, no violation of its policy. */
export type Visit = (
  use: (page: Page) => Promise<void>,
  where?: { readonly service?: Service; readonly context?: BrowserContextOptions },
) => Promise<void>;

/** Builds the page for a suite, and starts what its visits need. */
export function visits(contentSecurityPolicy: string): Visit {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof buildPage>>;
  beforeAll(async () => {
    [browser, built] = await Promise.all([launchChromium(), buildPage()]);
  });
  afterAll(async () => {
    await browser.close();
    await built[Symbol.asyncDispose]();
  });
  return async (use, { service, context } = {}) => {
    await using site = await servePage(built.folder, { 'content-security-policy': contentSecurityPolicy }, service);
    await using opened = await openPage(browser, site.origin, context);
    const { page, outside, faults } = opened;
    await use(page);
    expect({ outside, faults }).toEqual({ outside: [], faults: [] });
  };
}

/** The verdict that a page shows. */
export interface ShownVerdict {
  readonly word: string;
  /** Outcomes by layer. */
  readonly layers: Readonly<Record<string, string>>;
  /** Ids of failed checks. */
  readonly failed: readonly string[];
}

/** Waits for the verdict on all that was given and set. */
export async function verdictOf(page: Page): Promise<ShownVerdict> {
  const card = page.getByRole('region', { name: 'Verdict' });
  await card.waitFor();
  await page.locator('main[aria-busy=false]').waitFor();
  const outcomes = (await page.locator('[data-layer]').all()).map(async (layer) => [
    (await layer.getAttribute('data-layer')) ?? '',
    (await layer.getAttribute('data-layer-outcome')) ?? '',
  ]);
  const failed = await page.locator('[data-check-outcome=fail]').all();
  return {
    word: await card.getByRole('heading', { level: 2 }).innerText(),
    layers: Object.fromEntries(await Promise.all(outcomes)),
    failed: await Promise.all(failed.map(async (row) => (await row.getAttribute('data-check')) ?? '')),
  };
}

/** Opens the settings and types into some of them by their labels. */
export async function expectFrom(page: Page, settings: Readonly<Record<string, string>>): Promise<void> {
  const panel = page.locator('details.settings');
  if ((await panel.getAttribute('open')) === null) await panel.locator('> summary').click();
  for (const [label, value] of Object.entries(settings)) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.blur();
  }
  await page.locator('main[aria-busy=false]').waitFor();
}

/** Opens a tab of the details. */
export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
  await page.locator('#panel').getByText('Loading…').waitFor({ state: 'detached' });
}
