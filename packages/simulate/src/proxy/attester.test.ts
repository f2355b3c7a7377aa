import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProxyAttester, type ProxyOptions } from '@assay/attest';
import { AssayError, fromPem, verify } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import type { Envelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { issueCollateral } from '../intel/collateral.ts';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { type Handler, type Listener, listen } from '../listen.ts';
import { createSoftwareTd, type SoftwareTd } from '../software/td.ts';
import { type AttestationProxyOptions, createAttestationProxy, type ProxyFault } from './proxy.ts';

const now = new Date('2026-11-01T12:00:00Z');
const mrTd = Uint8Array.from(randomBytes(48));
const reportData = randomBytes(64);
let vendor: IntelVendor;
let td: SoftwareTd;
beforeAll(async () => {
  vendor = await createIntelVendor({ randomBytes, now });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor), report: { mrTd } });
});

let folder: string;
let listeners: Listener[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  listeners = [];
});
afterEach(async () => {
  for (const listener of listeners) await listener.close();
  await rm(folder, { recursive: true });
});

async function serve(options: AttestationProxyOptions | Handler = {}, socket?: string): Promise<string> {
  const handler = typeof options === 'function' ? options : createAttestationProxy(td, options);
  const listener = await listen(handler, socket === undefined ? { port: 0 } : { socket }, { onError: () => undefined });
  listeners.push(listener);
  return listener.address;
}
const attesterAt = (url: string, more: ProxyOptions = {}) =>
  createProxyAttester({ environment: { TDX_ATTESTATION_PROXY_URL: url }, ...more });
const proxyWith = async (fault: ProxyFault, more?: ProxyOptions) =>
  attesterAt(await serve({ fault: () => fault }), more);
async function failure(answer: Promise<unknown>): Promise<AssayError> {
  const error: unknown = await answer.then(
    () => new Error('it made evidence'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw error;
  return error;
}

async function judge(envelope: Envelope, expected: Uint8Array) {
  const files = Object.entries(await issueCollateral(vendor, td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? new TextEncoder().encode(file) : file] as const,
  );
  return verify(envelope, {
    tees: [tdx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    policy: {
      releases: [{ name: 'oracle 1', measurements: { mrtd: toHex(mrTd) } }],
      freshness: 'any',
      binding: { profile: 'raw' },
    },
    subject: { reportData: expected },
  });
}

describe('evidence of the proxy that TDX_ATTESTATION_PROXY_URL names', () => {
  test.each(['a port', 'a Unix socket'])('on %s verifies with the report data that were asked for', async (where) => {
    const url = await serve({}, where === 'a port' ? undefined : join(folder, 'proxy.sock'));
    const envelope = await attesterAt(where === 'a port' ? url : `unix:${url}`).evidence({ reportData });
    expect(envelope.tee).toBe('tdx');
    expect(await judge(envelope, reportData)).toMatchObject({ outcome: 'affirming', simulated: true });
    expect((await judge(envelope, randomBytes(64))).outcome).toBe('contraindicated');
  });

  test("is each caller's own, for many at once", async () => {
    const attester = attesterAt(await serve());
    const asked = Array.from({ length: 12 }, () => randomBytes(64));
    const answers = await Promise.all(asked.map((data) => attester.evidence({ reportData: data })));
    expect(answers.map(({ evidence }) => toHex(evidence.subarray(568, 632)))).toEqual(asked.map(toHex));
  });

  test('is given to the bearer of its token, which a file may hold', async () => {
    const url = await serve({ token: 's3cret' });
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 's3cret\n', { mode: 0o640 });
    expect((await attesterAt(url, { tokenFile }).evidence({ reportData })).tee).toBe('tdx');
    expect((await attesterAt(url, { token: 's3cret' }).evidence({ reportData })).tee).toBe('tdx');
    const error = await failure(attesterAt(url, { token: 'other-s3cret' }).evidence({ reportData }));
    expect(error.message).toMatch(/answered 401: a bearer token is needed; give the token of the proxy/);
    expect(error.message).not.toContain('s3cret');
  });
});

describe('is refused, with what to do,', () => {
  const other = Buffer.alloc(64, 1);
  test.each<[string, ProxyFault, RegExp]>([
    [
      'when no quote can be made',
      { kind: 'no-quote' },
      /answered 503: Failed to generate TDX quote; in the guest, see/,
    ],
    [
      'when raw report data are not for it',
      { kind: 'answer', status: 403, body: '{"title":"raw report data"}' },
      /403: raw report data; .*Unix socket only/,
    ],
    ['when that is another service', { kind: 'answer', status: 200, body: '<html>' }, /quote: answer: not JSON/],
    [
      'when the answer is too long',
      { kind: 'answer', status: 200, body: ' '.repeat(262_145) },
      /longer than 262144 bytes/,
    ],
    [
      'when the quote is cut',
      { kind: 'members', change: ({ quote }) => ({ quote: quote.slice(0, 2000) }) },
      /does not parse \(dcap\.quote/,
    ],
    ['when the quote is empty', { kind: 'members', change: () => ({ quote: '' }) }, /0 bytes that are no quote/],
    [
      'when its size is another',
      { kind: 'members', change: (right) => ({ ...right, quote_size: 1 }) },
      /quote_size is not/,
    ],
  ])('%s', async (_, fault, message) => {
    const error = await failure((await proxyWith(fault)).evidence({ reportData }));
    expect(error.code).toBe('unavailable');
    expect(error.message).toMatch(message);
  });

  test('when the quote carries other report data, whatever the answer says of them', async () => {
    const quote = Buffer.from(await td.quote(other)).toString('base64');
    const change = (right: object): object => ({ ...right, quote });
    const error = await failure((await proxyWith({ kind: 'members', change })).evidence({ reportData }));
    expect(error.message).toMatch(/other report data than were asked for/);
  });

  test('when it never answers, at the deadline or when the caller calls it off', async () => {
    const attester = await proxyWith({ kind: 'hang' }, { timeoutMs: 50 });
    expect((await failure(attester.evidence({ reportData }))).message).toMatch(/quote: no answer within 50 ms; in the/);
    const off = new AbortController();
    const calledOff = attester.evidence({ reportData, signal: off.signal });
    off.abort(new Error('enough'));
    await expect(calledOff).rejects.toThrow('enough');
  });

  test('when the request is wrong, before anybody is asked', async () => {
    const asked: string[] = [];
    const url = await serve({ fault: (request) => void asked.push(request.url) });
    const request = attesterAt(url).evidence({ reportData: new Uint8Array(48) });
    expect((await failure(request)).details.field).toBe('reportData');
    expect(asked).toEqual([]);
  });
});

describe('a look', () => {
  const health = async (options: ProxyOptions) => {
    const { health: checks } = createProxyAttester(options);
    const found = await Promise.all(checks.map(async ({ id, look }) => ({ id, ...(await look()) })));
    return {
      outcomes: found.map(({ outcome }) => outcome),
      failed: found.find(({ outcome }) => outcome === 'fail'),
    };
  };

  test('finds the proxy and that it has quotes; nothing is quoted for it', async () => {
    const methods: string[] = [];
    const url = await serve({ fault: ({ method }) => void methods.push(method) });
    const told = 'available: true, tsm_available true, tdx_guest_device true, libtdx_attest false';
    expect(await attesterAt(url).detect()).toEqual({ available: true, looked: [`${url}/status: ${told}`] });
    expect(await health({ endpoint: url })).toEqual({ outcomes: ['pass', 'pass', 'pass', 'pass'], failed: undefined });
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });

  test('says which hop fails: no such host', async () => {
    const { outcomes, failed } = await health({ endpoint: 'http://host.docker.invalid:8081' });
    expect(outcomes).toEqual(['fail', 'skip', 'skip', 'skip']);
    expect(failed).toMatchObject({
      id: 'proxy.name',
      remedy: expect.stringContaining('host.docker.internal:host-gateway'),
    });
  });

  test('says which hop fails: nobody listens', async () => {
    const url = await serve();
    await listeners.pop()?.close();
    const { outcomes, failed } = await health({ endpoint: url });
    expect(outcomes).toEqual(['pass', 'fail', 'skip', 'skip']);
    expect(failed).toMatchObject({ id: 'proxy.connection', found: expect.stringContaining('ECONNREFUSED') });
    expect(failed?.remedy).toMatch(
      /TDX_ATTESTATION_PROXY_URL=http:\/\/host\.docker\.internal:8081.*systemctl.*firewall/,
    );
    expect((await attesterAt(url).detect()).available).toBe(false);
  });

  test('says which hop fails: another service', async () => {
    const { outcomes, failed } = await health({ endpoint: await serve(async () => new Response('hello')) });
    expect(outcomes).toEqual(['pass', 'pass', 'fail', 'skip']);
    expect(failed).toMatchObject({ id: 'proxy.status', found: expect.stringContaining('not JSON') });
    const gone = await health({ endpoint: await serve(async () => new Response(null, { status: 404 })) });
    expect(gone.failed).toMatchObject({ id: 'proxy.status', found: expect.stringContaining('answered 404') });
  });

  test('says which hop fails: no TDX behind the proxy', async () => {
    const url = await serve({ available: false });
    const { outcomes, failed } = await health({ endpoint: url });
    expect(outcomes).toEqual(['pass', 'pass', 'pass', 'fail']);
    expect(failed).toMatchObject({
      id: 'proxy.available',
      remedy: expect.stringMatching(/lsmod \| grep tdx.*tsm\/report/),
    });
    expect((await attesterAt(url).detect()).available).toBe(false);
  });

  test('never throws: a variable that is no address, a service that hangs', async () => {
    const { looked } = await attesterAt('host:8081').detect();
    expect(looked).toEqual([expect.stringMatching(/^TDX_ATTESTATION_PROXY_URL: expected the path/)]);
    const slow = await proxyWith({ kind: 'hang' }, { timeoutMs: 20 });
    expect((await slow.detect()).looked).toEqual([expect.stringMatching(/status: no answer within 20 ms$/)]);
    expect(await (await proxyWith({ kind: 'hang' })).detect(AbortSignal.abort())).toMatchObject({ available: false });
  });
});
