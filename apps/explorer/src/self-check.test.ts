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

  test.each([
    ['is no attester', () => new Response('{"title":"no"}', { status: 503 }), 'answered 503'],
    ['answers a page', () => new Response('<p>', { headers: { 'content-type': 'text/html' } }), 'expected JSON'],
  ])('says so when the server %s', (_name, service, words) =>
    visit(
      async (page) => {
        await page.getByRole('button', { name: 'Check this server' }).click();
        await page.getByRole('alert').getByText(words).waitFor();
      },
      { service },
    ),
  );
});
