import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';
import { expect } from 'vitest';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong: rule and element. It must have had something to judge. */
export async function axeFinds(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { passed, wrong }: { readonly passed: number; readonly wrong: readonly string[] } = await page.evaluate(
    `axe.run().then(({ passes, violations }) => ({
      passed: passes.length,
      wrong: violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target }) => impact + ' ' + id + ' ' + target)),
    }))`,
  );
  expect(passed).toBeGreaterThan(15);
  return wrong;
}
