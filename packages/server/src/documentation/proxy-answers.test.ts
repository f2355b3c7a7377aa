import { type Attester, createBatcher, newInstance } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck, type SoftwareTd } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { AssayError } from '@assay/verify';
import { Hono } from 'hono';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { changesOf, described, describedBy } from '../../../../tools/described-answers.ts';
import { createProxyApp, type ProxyAppOptions } from '../proxy/app.ts';
import { createQuoteLine } from '../proxy/quote-line.ts';
import { serveApp } from '../service/serve-app.ts';
import { createDocsApp } from './app.ts';
import { proxyPaths } from './proxy-paths.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const nonce = '0f'.repeat(32);
const TOKEN = 's3cret-of-the-oracle';
const keys = [{ use: 'tls', spkiSha256: 'a1'.repeat(32) }];

let td: SoftwareTd;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'described proxy', now });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
});

interface Given extends Partial<Omit<ProxyAppOptions, 'attester' | 'batcher'>> {
  readonly source?: Attester;
}

async function served({ source, ...more }: Given): Promise<string> {
  const attester = createQuoteLine(source ?? createSoftwareAttester(td), { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const app = new Hono()
    .route('/', createDocsApp({ title: 'Proxy', version: '1.0.0', description: 'Quotes.', paths: proxyPaths }))
    .route('/', createProxyApp({ attester, batcher, limiter: () => 0, ...more }));
  const service = await serveApp(app, { place: { host: '127.0.0.1', port: 0 }, log: { write: () => undefined } });
  onTestFinished(() => service.close());
  return service.address;
}

const platform = (evidence: Attester['evidence'], name: Attester['name'] = 'tsm'): Attester => ({
  name,
  health: [],
  detect: async () => ({ available: true, looked: ['/sys/kernel/config/tsm/report: present'] }),
  evidence,
});
const failing = platform(() => Promise.reject(new AssayError('unavailable', 'no quote')));
const notTdx = platform(async () => ({ evidence: new Uint8Array(1184) }));

type Ask = (origin: string) => Promise<Response>;
const get =
  (target: string, headers: Readonly<Record<string, string>> = {}): Ask =>
  (origin) =>
    fetch(`${origin}${target}`, { headers: { accept: 'application/json', ...headers } });
const post =
  (target: string, body: string, headers: Readonly<Record<string, string>> = {}): Ask =>
  (origin) =>
    fetch(`${origin}${target}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
/** A quote was asked for in vain before. */
const after =
  (first: Ask, then: Ask): Ask =>
  async (origin) => {
    await (await first(origin)).body?.cancel();
    return then(origin);
  };

const raw: Given = { grantOf: () => 'raw' };
const bearer: Given = { bearer: () => TOKEN };
const slow: Given = { limiter: () => 1500 };
const shown = { authorization: `Bearer ${TOKEN}` };
const FRESH = get(`/attestation?nonce=${nonce}`);
const BODY = JSON.stringify({ nonce });
const LONG = ' '.repeat(8193);
const FORM = { 'content-type': 'text/plain' };
const CASES: readonly (readonly [promise: string, what: string, given: Given, ask: Ask])[] = [
  ['get /status 200 ProxyStatus', 'in software', {}, get('/status')],
  ['get /status 200 ProxyStatus', 'with a device', { source: failing, guestDevice: () => null }, get('/status')],
  ['get /status 200 ProxyStatus', 'after a failure', { source: failing }, after(FRESH, get('/status'))],
  ['get /status 200 ProxyStatus', 'after a quote', raw, after(FRESH, get('/status'))],
  ['get /attestation 200 Envelope', 'for anyone', {}, FRESH],
  ['get /attestation 400 bad_request', 'without a nonce', {}, get('/attestation')],
  [
    'get /attestation 401 unauthorized',
    'with another token',
    bearer,
    get('/attestation', { authorization: 'Bearer x' }),
  ],
  ['get /attestation 429 too_many_requests', 'for many', slow, FRESH],
  ['get /attestation 503 unavailable', 'when the hardware fails', { source: failing }, FRESH],
  ['post /attestation 200 Envelope', 'for the bearer', bearer, post('/attestation', JSON.stringify({ keys }), shown)],
  ['post /attestation 400 bad_request', 'without a nonce', {}, post('/attestation', '')],
  [
    'post /attestation 401 unauthorized',
    'with keys of a stranger',
    bearer,
    post('/attestation', JSON.stringify({ nonce, keys })),
  ],
  ['post /attestation 413 body_too_large', 'for a long body', {}, post('/attestation', LONG)],
  ['post /attestation 415 unsupported_media_type', 'for a form', {}, post('/attestation', BODY, FORM)],
  ['post /attestation 429 too_many_requests', 'for many', slow, post('/attestation', BODY)],
  ['post /attestation 503 unavailable', 'when the hardware fails', { source: failing }, post('/attestation', BODY)],
  ['get /quote 200 RawQuote', 'on the socket', raw, get(`/quote?report_data=${'ab'.repeat(64)}`)],
  ['get /quote 400 bad_request', 'for half of it', raw, get('/quote?report_data=ab')],
  ['get /quote 403 forbidden', 'for anyone', {}, get('/quote')],
  ['get /quote 503 not_in_tee', 'for no TDX quote', { ...raw, source: notTdx }, get('/quote')],
  ['get /quote 503 unavailable', 'when the hardware fails', { ...raw, source: failing }, get('/quote')],
  ['post /quote 200 RawQuote', 'on the socket', raw, post('/quote', '{"reportData":"AQI="}')],
  ['post /quote 400 bad_request', 'for nothing in base64', raw, post('/quote', '{"reportData":""}')],
  ['post /quote 403 forbidden', 'for anyone', {}, post('/quote', '')],
  ['post /quote 413 body_too_large', 'for a long body', raw, post('/quote', LONG)],
  ['post /quote 415 unsupported_media_type', 'for a form', raw, post('/quote', 'x', FORM)],
  ['post /quote 503 not_in_tee', 'for no TDX quote', { ...raw, source: notTdx }, post('/quote', '')],
  ['post /quote 503 unavailable', 'when the hardware fails', { ...raw, source: failing }, post('/quote', '')],
];

describe('the document of the proxy', () => {
  test.each(CASES)('describes %s %s, and nothing else', async (promise, _, given, ask) => {
    const origin = await served(given);
    const judge = await describedBy(origin);
    const answer = await described(promise.split(' ').slice(0, 2).join(' '), await ask(origin));
    expect(judge.judge(answer)).toEqual({ kept: promise });
    for (const changed of changesOf(answer))
      expect([changed.body, judge.judge(changed)]).toEqual([changed.body, { wrong: expect.any(String) }]);
  });

  test('promises nothing that is not shown here', async () => {
    const { promised } = await describedBy(await served({}));
    expect(new Set(CASES.map(([promise]) => promise))).toEqual(new Set(promised));
  });
});
