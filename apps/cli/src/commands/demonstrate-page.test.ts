import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PAGE_FOLDER } from '@assay/explorer';
import { expect, test } from 'vitest';
import { demonstrated } from '../../../../tools/demonstration-in-tests.ts';
import { axeFinds } from '../../../../tools/explorer-axe.ts';
import { choose, describeInChromium, launchChromium, openPage } from '../../../../tools/explorer-in-tests.ts';
import { verdictOf } from '../../../../tools/explorer-visits.ts';

const built = existsSync(new URL('index.html', PAGE_FOLDER));
const reason = built ? '' : ' [the page is not built: npm run build]';

describeInChromium('what npm start shows', () => {
  test.skipIf(!built)(
    `one click checks the server: refused, until the reader adds its root and expects its code${reason}`,
    async () => {
      await using browser = await launchChromium();
      await demonstrated(0, async (said) => {
        const [origin = ''] = /http:\/\/localhost:\d+/.exec(said) ?? [];
        const [root = ''] = /\/\S+\/intel\.pem/.exec(said) ?? [];
        await using opened = await openPage(browser, origin, { viewport: { width: 1100, height: 900 } });
        const { page, outside, faults } = opened;
        // What the terminal says to open leads here.
        const answer = await page.goto(origin);
        expect([page.url(), answer?.headers()['content-security-policy']]).toEqual([
          `${origin}/explorer/`,
          expect.stringMatching(/^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/),
        ]);

        await page.getByRole('button', { name: 'Check this server' }).click();
        const refused = await verdictOf(page);
        expect([refused.word, refused.failed]).toEqual(['Refused', ['dcap.root.trusted']]);
        await page.locator('.notices').getByText('npm start').waitFor();
        expect(await axeFinds(page)).toEqual([]);

        await choose(page, [{ name: 'intel.pem', bytes: await readFile(root) }], 'Root certificate of a test vendor');
        await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
        await expect
          .poll(async () => (await verdictOf(page)).layers)
          .toEqual({
            authentic: 'pass',
            platform: 'pass',
            identity: 'unchecked',
            fresh: 'pass',
            bound: 'pass',
          });
        await page.getByRole('button', { name: 'Expect this code' }).click();
        await expect.poll(async () => (await verdictOf(page)).word).toBe('Trusted, but simulated');
        expect(await page.getByRole('region', { name: 'Verdict' }).innerText()).toMatch(/simulated/i);
        expect(await axeFinds(page)).toEqual([]);
        expect({ outside, faults }).toEqual({ outside: [], faults: [] });
      });
    },
  );
});

test.skipIf(!built)(`all three services have the page, under its own policy${reason}`, async () => {
  await demonstrated(0, async (said) => {
    const origins = said.match(/http:\/\/localhost:\d+(?=:| |\/docs)/g) ?? [];
    expect(new Set(origins).size).toBe(3);
    for (const origin of origins) {
      const { status, headers } = await fetch(`${origin}/explorer/`);
      expect([status, headers.get('content-security-policy')]).toEqual([
        200,
        expect.stringMatching(/^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/),
      ]);
    }
  });
});

test('the verification service knows the policy, and the key that is in the file', async () => {
  await demonstrated(0, async (said) => {
    const [, verifier, file = ''] = /(http:\/\/localhost:\d+)\/docs .* your key: (\S+)/.exec(said) ?? [];
    const key = await readFile(file, 'utf8');
    const answer = await fetch(`${verifier}/v1/challenges`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ policyId: 'demo' }),
    });
    const { nonce } = (await answer.json()) as { readonly nonce: string };
    const [attester] = /http:\/\/localhost:\d+/.exec(said) ?? [];
    const evidence: unknown = await (await fetch(`${attester}/attestation?nonce=${nonce}`)).json();
    const verified = await fetch(`${verifier}/v1/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ challenge: nonce, evidence }),
    });
    expect(await verified.json()).toMatchObject({ verdict: { trusted: true, simulated: true } });
  });
});
