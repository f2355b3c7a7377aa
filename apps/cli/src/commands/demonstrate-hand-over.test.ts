import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAGE_FOLDER } from '@assay/explorer';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { demonstrated } from '../../../../tools/demonstration-in-tests.ts';
import { choose, describeInChromium, launchChromium, openPage } from '../../../../tools/explorer-in-tests.ts';
import { expectFrom, verdictOf } from '../../../../tools/explorer-visits.ts';

const built = existsSync(new URL('index.html', PAGE_FOLDER));
const reason = built ? '' : ' [the page is not built: npm run build]';
const ASSAY = `'${process.execPath}' --conditions=@assay/source '${new URL('../main.ts', import.meta.url).pathname}'`;

/** What a reader gets who pastes the page's command into a shell: exit code, and how the layers came out. */
function pasted(command: string, cwd: string): { readonly exit: number | null; readonly layers: unknown } {
  const line = `${command.replace(/^npx assay/, ASSAY)} --json`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8', timeout: 30_000 });
  expect(stdout, stderr).toMatch(/^\{/);
  return { exit: status, layers: JSON.parse(stdout).layers };
}

async function copied(page: Page, button: string): Promise<string> {
  await page.evaluate("navigator.clipboard.writeText('')");
  await page.getByRole('button', { name: button }).click();
  const text = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
  await expect.poll(text).not.toBe('');
  return text();
}

describeInChromium('what the page gives away', () => {
  test.skipIf(!built)(`is the same verdict on the command line, in a shell${reason}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-hand-over-'));
    await using browser = await launchChromium();
    try {
      await demonstrated(0, async (said) => {
        const [origin = ''] = /http:\/\/localhost:\d+/.exec(said) ?? [];
        const [root = ''] = /\/\S+\/intel\.pem/.exec(said) ?? [];
        await copyFile(root, join(folder, 'root.pem'));
        const permissions = ['clipboard-read', 'clipboard-write'];
        await using opened = await openPage(browser, origin, { permissions, viewport: { width: 1100, height: 900 } });
        const { page } = opened;

        await choose(page, [{ name: 'root.pem', bytes: await readFile(root) }]);
        await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
        await page.getByRole('button', { name: 'Check this server' }).click();
        await verdictOf(page);
        await page.getByRole('button', { name: 'Expect this code' }).click();
        await expect.poll(async () => (await verdictOf(page)).word).toBe('Trusted, but simulated');
        const [bundle] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Download bundle' }).click(),
        ]);
        await bundle.saveAs(join(folder, bundle.suggestedFilename()));
        await writeFile(join(folder, 'policy.json'), await copied(page, 'Copy policy from this evidence'));
        const { layers } = await verdictOf(page);
        expect(pasted(await copied(page, 'Copy command line'), folder)).toEqual({ exit: 0, layers });

        // A file whose name a shell would run, with a nonce as people write them.
        const nonce = 'ab'.repeat(32);
        const name = "it's $(touch run) `touch run`.json";
        const answer = await fetch(`${origin}/attestation?nonce=${nonce}`);
        const bytes = await answer.text();
        await writeFile(join(folder, name), bytes);
        await choose(page, [{ name, bytes }]);
        await expectFrom(page, { Nonce: `0x${nonce.toUpperCase()}` });
        const shown = await verdictOf(page);
        expect(shown.layers).toMatchObject({ authentic: 'pass', fresh: 'pass', bound: 'unchecked' });
        await writeFile(join(folder, 'policy.json'), await copied(page, 'Copy policy from this evidence'));
        const command = await copied(page, 'Copy command line');
        expect(pasted(command, folder)).toEqual({ exit: 1, layers: shown.layers });
        expect(existsSync(join(folder, 'run'))).toBe(false);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
