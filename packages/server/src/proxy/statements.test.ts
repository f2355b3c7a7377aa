import { randomBytes } from 'node:crypto';
import { createBatcher, newInstance } from '@assay/attest';
import {
  createIntelVendor,
  createSoftwareTd,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type SoftwareTd,
} from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { fromPem, type Verdict, verify } from '@assay/verify';
import { parseStatement } from '@assay/verify/binding';
import { toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { type Envelope, parseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import type { Hono } from 'hono';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProxyApp, type ProxyAppOptions } from './app.ts';
import { createQuoteLine } from './quote-line.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = () => now;
const TOKEN = 's3cret-of-the-oracle';
const bearer = () => TOKEN;
const shown = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const nonce = toHex(randomBytes(32));
const mrTd = Uint8Array.from(randomBytes(48));
const key = Uint8Array.from(randomBytes(32));
const otherKey = Uint8Array.from(randomBytes(32));

let vendor: IntelVendor;
let td: SoftwareTd;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'proxy.test', now });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor), report: { mrTd } });
});

function proxy(options: Partial<ProxyAppOptions> = {}, source = createSoftwareAttester(td)): Hono {
  const attester = createQuoteLine(source, { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  return createProxyApp({ attester, batcher, limiter: () => 0, ...options });
}
const post = (
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): RequestInit => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const envelopeOf = async (answer: Response): Promise<Envelope> => {
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return parseEnvelope(await answer.text());
};
const said = ({ statement }: Envelope) => parseStatement(statement ?? new Uint8Array());
const failures = ({ checks }: Verdict) => checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

async function judge(envelope: Envelope, spkiSha256: Uint8Array, expected = nonce): Promise<Verdict> {
  const files = Object.entries(await issueCollateral(vendor, td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  return verify(envelope, {
    tees: [tdx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    policy: {
      releases: [{ name: 'oracle 1', measurements: { mrtd: toHex(mrTd) } }],
      binding: { profile: 'assay/1-batch', type: 'attestation' },
    },
    nonce: Uint8Array.from(Buffer.from(expected, 'hex')),
    subject: { peerKey: { spkiSha256, use: 'tls' } },
  });
}

describe("a bearer's statement", () => {
  const keys = () => [{ use: 'tls', spkiSha256: toHex(key) }];

  test('names its own keys, and is verified for them alone', async () => {
    const envelope = await envelopeOf(
      await proxy({ bearer }).request('/attestation', post({ nonce, keys: keys() }, shown)),
    );
    const verdict = await judge(envelope, key);
    expect([verdict.trusted, failures(verdict)]).toEqual([true, []]);
    expect(failures(await judge(envelope, otherKey))).toEqual(['binding.subject']);
    expect(failures(await judge(envelope, key, toHex(otherKey)))).toEqual(['fresh.nonce']);
  });

  test('says who asked, by the word of the proxy', async () => {
    const asked = { nonce, aud: 'https://relying.example', keys: keys() };
    const app = proxy({ bearer });
    expect(said(await envelopeOf(await app.request('/attestation', post(asked, shown))))).toMatchObject({
      ...asked,
      type: 'attestation',
      claims: { caller: 'bearer' },
    });
    for (const member of ['claims', 'caller', 'type', 'instance'])
      expect(
        await (await app.request('/attestation', post({ ...asked, [member]: 'proxy' }, shown))).json(),
      ).toMatchObject({
        code: 'bad_request',
        field: member,
      });
  });

  test('needs no nonce: it may be kept beside the key', async () => {
    const envelope = await envelopeOf(await proxy({ bearer }).request('/attestation', post({ keys: keys() }, shown)));
    expect(said(envelope).nonce).toBeNull();
  });

  test.each<[string, string | undefined, string]>([
    ['another token', 'Bearer s3cret-of-the-oraclf', 'authorization'],
    ['a longer token', `Bearer ${TOKEN}x`, 'authorization'],
    ['no token in it', 'Bearer ', 'authorization'],
    ['another scheme', `Basic ${TOKEN}`, 'authorization'],
    ['nothing shown', undefined, 'keys'],
  ])('is refused with %s', async (_, authorization, field) => {
    const headers = { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) };
    const answer = await proxy({ bearer }).request('/attestation', post({ nonce, keys: keys() }, headers));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'unauthorized', field });
    expect(text).not.toContain('s3cret');
  });

  test.each([undefined, ''])('is refused to everyone while the token is %j', async (token) => {
    for (const authorization of ['Bearer undefined', 'Bearer ', 'Bearer x']) {
      const answer = await proxy({ bearer: () => token }).request('/attestation', post({ nonce }, { authorization }));
      expect(answer.status).toBe(401);
    }
  });
});

describe('anyone', () => {
  test.each(['GET', 'POST'])('gets the statement of the proxy itself by %s: it names no key', async (method) => {
    const envelope = await envelopeOf(await proxy({ bearer }).request(`/attestation?nonce=${nonce}`, { method }));
    expect(said(envelope)).toMatchObject({ nonce, aud: null, keys: [], claims: { caller: 'anyone' } });
    expect(failures(await judge(envelope, key))).toEqual(['binding.subject']);
  });

  test('is told to wait when there were too many, and the bearer is not', async () => {
    const app = proxy({ bearer, limiter: () => 2500 });
    const answer = await app.request(`/attestation?nonce=${nonce}`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await app.request(`/attestation?nonce=${nonce}`, { headers: shown })).status).toBe(200);
  });

  test.each<[string, string, RequestInit, number, string]>([
    ['no nonce', '/attestation', {}, 400, 'nonce'],
    ['a short nonce', '/attestation?nonce=00', {}, 400, 'nonce'],
    ['a nonce in capitals', `/attestation?nonce=${'AB'.repeat(16)}`, {}, 400, 'nonce'],
    ['two nonces', `/attestation?nonce=${nonce}&nonce=${nonce}`, {}, 400, 'nonce'],
    ['a nonce in two places', `/attestation?nonce=${nonce}`, post({ nonce }), 400, 'nonce'],
    ['a number for a nonce', '/attestation', post({ nonce: 5 }), 400, 'nonce'],
    ['an empty audience', `/attestation?nonce=${nonce}&aud=`, {}, 400, 'aud'],
    ['an unknown parameter', `/attestation?nonce=${nonce}&claims=x`, {}, 400, 'claims'],
    ['keys that are no list', '/attestation', post({ nonce, keys: {} }), 400, 'keys'],
    ['a key with more to it', '/attestation', post({ keys: [{ use: 'a', spkiSha256: 'b', c: 1 }] }), 400, 'keys[0]'],
    ['a key that is null', '/attestation', post({ keys: [null] }), 400, 'keys[0]'],
    ['a key twice', '/attestation', post('{"nonce":"a","nonce":"b"}'), 400, 'body'],
    ['no JSON', '/attestation', post('nonce=1'), 400, 'body'],
    ['a form', '/attestation', post('{}', { 'content-type': 'text/plain' }), 415, 'content-type'],
    ['a long body', '/attestation', post({ nonce: 'a'.repeat(9000) }), 413, 'body'],
  ])('is refused with %s, and told where', async (_, path, init, status, field) => {
    const answer = await proxy().request(path, init);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ field });
  });

  test('finds neither logs nor other methods', async () => {
    expect(await (await proxy().request('/logs')).json()).toMatchObject({ code: 'not_found' });
    const answer = await proxy().request('/status', { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
