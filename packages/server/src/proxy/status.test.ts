import { createBatcher, newInstance } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck, type SoftwareTd } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import type { Hono } from 'hono';
import { beforeAll, describe, expect, test } from 'vitest';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import { createProxyApp, type ProxyAppOptions } from './app.ts';
import { createQuoteLine } from './quote-line.ts';
import type { ProxyStatusDocument } from './status.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = () => now;
/** What the listener of the Unix socket hands to `fetch`. */
const SOCKET = { listener: 'socket' };
const grantOf: ProxyAppOptions['grantOf'] = (env) => (env === SOCKET ? 'raw' : 'anyone');

let td: SoftwareTd;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'proxy.test', now });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
});

function proxy(options: Partial<ProxyAppOptions> = {}, source = createSoftwareAttester(td)): Hono {
  const attester = createQuoteLine(source, { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  return createProxyApp({ attester, batcher, limiter: () => 0, grantOf, ...options });
}

describe('status', () => {
  test('says where quotes come from, and keeps the names that scripts know', async () => {
    const app = proxy({ guestDevice: () => '/dev/tdx_guest' });
    expect(await (await app.request('/status')).json()).toEqual({
      available: true,
      provider: 'software',
      simulated: true,
      looked: ['a machine in software that makes evidence of the kind tdx'],
      tdx_guest_device: true,
      device: '/dev/tdx_guest',
      last_quote: null,
      queue: { making: false, waiting: 0 },
      raw_report_data: 'allowed',
    });
    await app.request('/quote', {}, SOCKET);
    expect(await (await app.request('/status')).json()).toMatchObject({
      last_quote: { at: now.toISOString(), outcome: 'made' },
    });
  });

  test('answers while a quote hangs, and says who waits', async () => {
    const { attester: hardware, asked } = handMadeAttester('tsm');
    const attester = createQuoteLine(hardware, { clock });
    const app = proxy({ attester, batcher: createBatcher(attester, { instance: newInstance(), clock }) });
    const first = app.request('/quote', {}, SOCKET);
    await until(() => asked.length === 1);
    const second = app.request(`/attestation?nonce=${'ab'.repeat(16)}`);
    const status = async () => (await (await app.request('/status')).json()) as ProxyStatusDocument;
    await until(() => attester.activity().waiting === 1);
    expect(await status()).toMatchObject({
      available: true,
      tsm_available: true,
      tsm_path: '/sys/kernel/config/tsm/report',
      last_quote: null,
      queue: { making: true, waiting: 1 },
    });
    asked[0]?.fail(new Error('inner words'));
    const failed = await first;
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('inner words');
    await until(() => asked.length === 2);
    expect(await status()).toMatchObject({
      tsm_error: 'tsm: an unexpected failure, see the log',
      last_quote: { outcome: 'failed' },
      queue: { making: true, waiting: 0 },
    });
    asked[1]?.answer({ evidence: Uint8Array.of(1), tee: 'tdx' });
    expect((await second).status).toBe(200);
  });
});
