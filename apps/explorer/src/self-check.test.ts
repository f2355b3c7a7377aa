import { createBatcher, newInstance } from '@assay/attest';
import { createAttesterApp } from '@assay/server';
import {
  createIntelVendor,
  createSoftwareTd,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type Pck,
} from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import type { RawEndorsements } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { beforeAll, expect, test } from 'vitest';
import { choose, describeInChromium, type Service } from '../../../tools/explorer-in-tests.ts';
import { verdictOf, visits } from '../../../tools/explorer-visits.ts';
import { CONTENT_SECURITY_POLICY } from './node/folder.ts';

const EXPECTING = JSON.stringify({ releases: [{ name: '1', measurements: { mrtd: 'ab'.repeat(48) } }] });

describeInChromium('"Check this server"', () => {
  const visit = visits(CONTENT_SECURITY_POLICY);
  let vendor: IntelVendor;
  let pck: Pck;
  let collateral: RawEndorsements;
  beforeAll(async () => {
    vendor = await createIntelVendor({ seed: 'explorer self check', now: new Date() });
    pck = await issuePck(vendor);
    const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
      ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
    );
    collateral = endorsementsFromDirectory(Object.fromEntries(files));
  });

  /** An attester service on a TD in software. */
  const attester = (): Service => {
    const td = createSoftwareTd(vendor, { pck });
    const clock = (): Date => new Date();
    const software = createSoftwareAttester(td);
    const batcher = createBatcher(software, { instance: newInstance(), clock });
    const endorsements = async (): Promise<RawEndorsements> => collateral;
    const app = createAttesterApp({ attester: software, batcher, name: 'shop', version: '1', clock, endorsements });
    return (request) => app.fetch(request);
  };
  const root = () => [{ name: 'root.pem', bytes: vendor.rootPem }];

  test('sends a fresh nonce at one click; what the service staples and says of itself is verified', () =>
    visit(
      async (page) => {
        await choose(page, root());
        await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
        await page.getByRole('button', { name: 'Check this server' }).click();
        expect(await verdictOf(page)).toEqual({
          word: 'Not trusted',
          layers: { authentic: 'pass', platform: 'pass', identity: 'unchecked', fresh: 'pass', bound: 'pass' },
          failed: [],
        });
        await page.getByRole('button', { name: 'Expect this code' }).click();
        await expect.poll(async () => (await verdictOf(page)).word).toBe('Trusted, but simulated');
        // Another click, another nonce; what was expected stays.
        await page.getByRole('button', { name: 'Check this server' }).click();
        await expect.poll(async () => (await verdictOf(page)).word).toBe('Trusted, but simulated');
      },
      { service: attester() },
    ));

  test('trusts no root that the server may offer', () =>
    visit(
      async (page) => {
        await page.getByRole('button', { name: 'Check this server' }).click();
        const { word, layers } = await verdictOf(page);
        expect([word, layers.authentic]).toEqual(['Refused', 'fail']);
        // The reader is asked, has a root of his own at hand, and still has the last word.
        await page.locator('.notices').getByText('Is it a software TEE of your own?').waitFor();
        await choose(page, root(), 'Root certificate of a test vendor');
        expect((await verdictOf(page)).word).toBe('Refused');
        await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
        await expect.poll(async () => (await verdictOf(page)).layers.authentic).toBe('pass');
      },
      { service: attester() },
    ));

  test('refuses an answer to an older nonce', async () => {
    const service = attester();
    const old = await service(new Request(`http://shop/attestation?nonce=${'00'.repeat(32)}`));
    const stale = await old.text();
    const replaying: Service = (request) =>
      new URL(request.url).pathname === '/attestation'
        ? new Response(stale, { headers: { 'content-type': 'application/json' } })
        : service(request);
    await visit(
      async (page) => {
        await choose(page, root());
        await page.getByRole('button', { name: 'Trust this root for simulated evidence' }).click();
        await page.getByRole('button', { name: 'Check this server' }).click();
        const { layers, failed } = await verdictOf(page);
        expect([layers.fresh, failed]).toEqual(['fail', ['fresh.nonce']]);
      },
      { service: replaying },
    );
  });

  const JSON_TYPE = { headers: { 'content-type': 'application/json' } };

  test('trusts neither roots nor policies of an answer', async () => {
    const waiving = '{"identity":"any","freshness":"any","binding":"any"}';
    for (const answer of [vendor.rootPem, waiving]) {
      await visit(
        async (page) => {
          await page.getByRole('button', { name: 'Check this server' }).click();
          await page.getByRole('alert').getByText('attestation: no kind of evidence').waitFor();
          expect(await page.getByRole('button', { name: /Trust this root/ }).count()).toBe(0);
          expect(await page.locator('#setting-policy').inputValue()).toBe('');
        },
        { service: () => new Response(answer, JSON_TYPE) },
      );
    }
  });

  test('keeps no verdict while it asks, what is written meanwhile, and what was dropped meanwhile', async () => {
    const service = attester();
    let asked = 0;
    const open: PromiseWithResolvers<void>[] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: Service = async (request) => {
      if (new URL(request.url).pathname === '/attestation') {
        asked += 1;
        await open[asked - 1]?.promise;
      }
      return service(request);
    };
    await visit(
      async (page) => {
        await choose(page, [{ name: 'before.json', bytes: '{"schema":"assay.evidence/1"}' }]);
        await verdictOf(page);
        await page.getByRole('button', { name: 'Check this server' }).click();
        await page.getByText('Asking the server…').waitFor();
        expect(await page.getByRole('region', { name: 'Verdict' }).count()).toBe(0);
        await page.locator('details.settings > summary').click();
        await page.getByLabel('Policy', { exact: true }).fill(EXPECTING);
        await page.getByLabel('Policy', { exact: true }).blur();
        open[0]?.resolve();
        expect((await verdictOf(page)).layers.identity).toBe('fail');
        expect(await page.getByLabel('Policy', { exact: true }).inputValue()).toBe(EXPECTING);

        await page.getByRole('button', { name: 'Check this server' }).click();
        await page.getByText('Asking the server…').waitFor();
        await choose(page, [{ name: 'meanwhile.json', bytes: '{"schema":"assay.evidence/1"}' }]);
        await verdictOf(page);
        const late = page.waitForResponse(/attestation/);
        open[1]?.resolve();
        await late;
        // What the page makes of it, it has made by the time that others were asked for after it.
        await page.evaluate(async () => {
          for (let round = 0; round < 5; round += 1) await (await fetch('/info', { cache: 'no-store' })).text();
        });
        expect(await page.getByRole('region', { name: 'Verdict' }).innerText()).toContain('meanwhile.json');
      },
      { service: slow },
    );
  });

  test.each([
    ['is no attester', () => new Response('{"title":"no"}', { status: 503 }), 'answered 503'],
    ['has no such path', () => new Response(null, { status: 404 }), 'answered 404; is this page served by an attester'],
    ['answers a page', () => new Response('<p>', { headers: { 'content-type': 'text/html' } }), 'expected JSON'],
    ['answers junk', () => new Response('\u0000\u0001', JSON_TYPE), 'attestation: no kind of evidence'],
    ['answers 5 MB of junk', () => new Response('a'.repeat(5_000_000), JSON_TYPE), 'attestation: no kind of evidence'],
    ['answers too much', () => new Response('a'.repeat(8_388_609), JSON_TYPE), 'longer than 8388608 bytes'],
  ])('says so when the server %s', (_name, service, words) =>
    visit(
      async (page) => {
        await page.getByRole('button', { name: 'Check this server' }).click();
        await page.getByRole('alert').getByText(words).waitFor();
        expect(await page.getByRole('region', { name: 'Verdict' }).count()).toBe(0);
      },
      { service },
    ),
  );
});
