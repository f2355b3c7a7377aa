import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBatcher, createProxyAttester, newInstance } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck, type SoftwareTd } from '@assay/simulate';
import { createSoftwareAttester, listen } from '@assay/simulate/node';
import { parseStatement } from '@assay/verify/binding';
import { toHex } from '@assay/verify/codec';
import { parseEnvelope } from '@assay/verify/evidence';
import type { Hono } from 'hono';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProxyApp, type ProxyAppOptions } from './app.ts';
import type { RawQuote } from './quote.ts';
import { createQuoteLine } from './quote-line.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = () => now;
/** What the listener of the Unix socket hands to `fetch`. */
const SOCKET = { listener: 'socket' };
const grantOf: ProxyAppOptions['grantOf'] = (env) => (env === SOCKET ? 'raw' : 'anyone');
const bearer = () => 's3cret';
const shown = { authorization: 'Bearer s3cret', 'content-type': 'application/json' };
const mrTd = Uint8Array.from(randomBytes(48));

let td: SoftwareTd;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'proxy.test', now });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor), report: { mrTd } });
});

function proxy(options: Partial<ProxyAppOptions> = {}, source = createSoftwareAttester(td)): Hono {
  const attester = createQuoteLine(source, { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  return createProxyApp({ attester, batcher, limiter: () => 0, grantOf, ...options });
}
const post = (
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): RequestInit => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('raw report data', () => {
  const reportData = Uint8Array.from(randomBytes(64));
  const base64 = Buffer.from(reportData).toString('base64');
  const zeros = Buffer.alloc(64).toString('base64');

  test.each<[string, string, RequestInit, string]>([
    ['hex', `/quote?report_data=${toHex(reportData)}`, {}, base64],
    ['hex in capitals', `/quote?report_data=${toHex(reportData).toUpperCase()}`, {}, base64],
    ['base64', '/quote', post({ reportData: base64 }), base64],
    ['none, by GET', '/quote', {}, zeros],
    ['none, by POST', '/quote', { method: 'POST' }, zeros],
    ['an empty object', '/quote', post({}), zeros],
    [
      'fewer bytes in base64',
      '/quote',
      post({ reportData: 'AQI=' }),
      Buffer.of(1, 2, ...Buffer.alloc(62)).toString('base64'),
    ],
  ])('as %s are quoted for whoever its listener grants them', async (_, path, init, expected) => {
    const answer = await proxy().request(path, init, SOCKET);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const { quote, quote_size: size, report_data: stated, measurements } = (await answer.json()) as RawQuote;
    const bytes = Buffer.from(quote, 'base64');
    expect([size, stated]).toEqual([bytes.length, expected]);
    expect(bytes.subarray(568, 632).toString('base64')).toBe(expected);
    expect(Object.keys(measurements)).toEqual(['mrtd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3']);
    expect(measurements.mrtd).toBe(toHex(mrTd));
    expect(measurements.rtmr3).toBe(bytes.subarray(520, 568).toString('hex'));
  });

  test.each<[string, string, RequestInit, string]>([
    ['hex', `/quote?report_data=${toHex(reportData)}`, {}, 'report_data'],
    ['none', '/quote', {}, 'report_data'],
    ['base64', '/quote', post({ reportData: base64 }), 'reportData'],
    ['base64 beside the token', '/quote', post({ reportData: base64 }, shown), 'reportData'],
    ['junk', '/quote', post('junk'), 'reportData'],
  ])('are refused to an outsider, as %s', async (_, path, init, field) => {
    for (const app of [proxy(), proxy({ allowRaw: true, bearer }), proxy({ grantOf: undefined, allowRaw: true })]) {
      const answer = await app.request(path, init, { listener: 'tcp' });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: 'forbidden', field });
    }
  });

  test('are refused to everyone while statements name keys', async () => {
    const answer = await proxy({ bearer }).request('/quote', post({ reportData: base64 }), SOCKET);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(/--allow-raw/), field: 'reportData' });
  });

  test.each<[string, string, Partial<ProxyAppOptions>]>([
    ['refused', 'a bearer', { bearer }],
    ['refused', 'no listener that grants them', { grantOf: undefined }],
    ['allowed', 'no bearer', {}],
    ['allowed', 'a bearer and allowRaw', { bearer, allowRaw: true }],
  ])('are %s with %s: status and statements say so', async (outcome, _, options) => {
    const app = proxy(options);
    expect(await (await app.request('/status')).json()).toMatchObject({ raw_report_data: outcome });
    const answer = await app.request(`/attestation?nonce=${'ab'.repeat(16)}`);
    const { statement } = parseEnvelope(await answer.text());
    const { claims } = parseStatement(statement ?? new Uint8Array());
    expect(claims).toEqual({ caller: 'anyone', ...(outcome === 'allowed' && { rawReportData: 'allowed' }) });
    expect((await app.request('/quote', {}, SOCKET)).status).toBe(outcome === 'allowed' ? 200 : 403);
  });

  test.each<[string, string, RequestInit, string]>([
    ['63 bytes of hex', `/quote?report_data=${'00'.repeat(63)}`, {}, 'report_data'],
    ['65 bytes of hex', `/quote?report_data=${'00'.repeat(65)}`, {}, 'report_data'],
    ['no hex', `/quote?report_data=${'0g'.repeat(64)}`, {}, 'report_data'],
    ['an empty parameter', '/quote?report_data=', {}, 'report_data'],
    ['an unknown parameter', `/quote?reportData=${base64}`, {}, 'reportData'],
    ['65 bytes of base64', '/quote', post({ reportData: Buffer.alloc(65).toString('base64') }), 'reportData'],
    ['an empty member', '/quote', post({ reportData: '' }), 'reportData'],
    ['characters beside base64', '/quote', post({ reportData: 'AAAA!' }), 'reportData'],
    ['base64 without padding', '/quote', post({ reportData: 'AQI' }), 'reportData'],
    ['base64url', '/quote', post({ reportData: '-_-_' }), 'reportData'],
    ['null', '/quote', post({ reportData: null }), 'reportData'],
    ['the other form by POST', `/quote?report_data=${toHex(reportData)}`, post({}), 'report_data'],
    ['an unknown member', '/quote', post({ report_data: base64 }), 'report_data'],
    ['a list', '/quote', post('[]'), 'body'],
  ])('are refused as %s', async (_, path, init, field) => {
    const answer = await proxy().request(path, init, SOCKET);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'bad_request', field });
  });

  test('reach a container through its own attester, over the socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-'));
    const app = proxy();
    await using listener = await listen(async (request) => app.fetch(request, SOCKET), {
      socket: join(folder, 'proxy.sock'),
    });
    const attester = createProxyAttester({ endpoint: listener.address });
    expect(await attester.detect()).toMatchObject({ available: true });
    const { evidence, tee } = await attester.evidence({ reportData });
    expect([tee, toHex(evidence.subarray(568, 632))]).toEqual(['tdx', toHex(reportData)]);
    await using port = await listen(async (request) => app.fetch(request, {}), { port: 0 });
    await expect(createProxyAttester({ endpoint: port.address }).evidence({ reportData })).rejects.toThrow(
      /answered 403: .*Unix socket only/,
    );
    await rm(folder, { recursive: true });
  });
});
