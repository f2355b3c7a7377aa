import { createBatcher, newInstance } from '@assay/attest';
import {
  createIntelVendor,
  createSoftwareTd,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type Pck,
} from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { fromPem, type RawEndorsements, type Verdict, verify } from '@assay/verify';
import { parseStatement } from '@assay/verify/binding';
import { fromHex, toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { type Envelope, parseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import type { Hono } from 'hono';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AttesterAppOptions, createAttesterApp } from './app.ts';
import { sha256 } from './info.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const nonce = 'c3'.repeat(32);
const spki = new Uint8Array(32).fill(7);
const keys = () => [{ use: 'tls', spkiSha256: toHex(spki) }];

let vendor: IntelVendor;
let pck: Pck;
let collateral: RawEndorsements;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'attester service', now });
  pck = await issuePck(vendor);
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  collateral = endorsementsFromDirectory(Object.fromEntries(files));
});

/** A service on a TD in software that counts its quotes. */
function service(more: Partial<AttesterAppOptions> = {}): { readonly app: Hono; readonly quotes: () => number } {
  const td = createSoftwareTd(vendor, { pck });
  let made = 0;
  const attester = createSoftwareAttester({
    tee: 'tdx',
    quote: (reportData) => {
      made += 1;
      return td.quote(reportData);
    },
  });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const app = createAttesterApp({ attester, batcher, name: 'shop', version: '1.2.3', clock, keys, ...more });
  return { app, quotes: () => made };
}

/** What a relying party says that trusts the test vendor, knows the peer's key and sent this nonce. */
const judge = (envelope: Envelope, sent = nonce, audience?: string): Promise<Verdict> =>
  verify(envelope, {
    tees: [tdx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: collateral,
    policy: {
      identity: 'any',
      binding: { profile: 'assay/1-batch', type: 'attestation', ...(audience !== undefined && { audience }) },
    },
    nonce: fromHex(sent),
    subject: { peerKey: { spkiSha256: spki, use: 'tls' } },
  });
const refusals = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
const envelopeOf = async (answer: Response): Promise<Envelope> => parseEnvelope(await answer.text());
const post = (body: unknown) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

describe('evidence for a nonce', () => {
  test.each(['GET', 'POST'])('by %s is trusted by who sent it, and refused with another nonce', async (method) => {
    const { app } = service();
    const answer =
      method === 'GET'
        ? await app.request(`/attestation?nonce=${nonce}`)
        : await app.request('/attestation', post({ nonce }));
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const envelope = await envelopeOf(answer);
    const verdict = await judge(envelope);
    expect([refusals(verdict), verdict.trusted, verdict.simulated]).toEqual([[], true, true]);
    expect(refusals(await judge(envelope, 'c4'.repeat(32)))).toEqual(['fresh.nonce']);
  });

  test('is for an audience, and for nobody else', async () => {
    const { app } = service({ audiences: ['https://relying.example'] });
    const envelope = await envelopeOf(
      await app.request('/attestation', post({ nonce, aud: 'https://relying.example' })),
    );
    expect(refusals(await judge(envelope, nonce, 'https://relying.example'))).toEqual([]);
    expect(refusals(await judge(envelope, nonce, 'https://other.example'))).toEqual(['binding.audience']);
  });

  test('says nothing that the challenger chose but nonce and audience', async () => {
    const { app } = service();
    const { statement } = await envelopeOf(await app.request(`/attestation?nonce=${nonce}&aud=me`));
    const info = new Uint8Array(await (await app.request('/info')).arrayBuffer());
    expect(parseStatement(statement ?? new Uint8Array())).toMatchObject({
      type: 'attestation',
      nonce,
      aud: 'me',
      keys: keys(),
      claims: { name: 'shop', version: '1.2.3', infoSha256: toHex(sha256(info)) },
    });
  });

  test('is for 100 challengers of few quotes, and each is trusted by itself', async () => {
    const { app, quotes } = service();
    const nonces = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(64, '0'));
    const answers = await Promise.all(nonces.map(async (own) => app.request(`/attestation?nonce=${own}`)));
    expect(quotes()).toBeLessThanOrEqual(3);
    const envelopes = await Promise.all(answers.map(envelopeOf));
    for (const [index, envelope] of envelopes.entries())
      expect(refusals(await judge(envelope, nonces[index]))).toEqual([]);
  });

  test('is shared by requests that are read in one turn, also where a quote is made without waiting', async () => {
    const { app, quotes } = service();
    const read = Array.from({ length: 20 }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return app.request(`/attestation?nonce=${nonce}`);
    });
    for (const answer of await Promise.all(read)) expect(answer.status).toBe(200);
    expect(quotes()).toBe(1);
  });

  test('is not made for who has left', async () => {
    const { app, quotes } = service();
    const gone = new Request(`http://service.example/attestation?nonce=${nonce}`, {
      signal: AbortSignal.abort(new Error('gone home')),
    });
    expect(await (await app.request(gone)).json()).toMatchObject({ code: 'unavailable', detail: 'The caller left.' });
    expect(quotes()).toBe(0);
  });
});

describe('stapled endorsements', () => {
  const alone = (envelope: Envelope): Promise<Verdict> =>
    verify(envelope, {
      tees: [tdx],
      now,
      roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
      allowSimulated: true,
      policy: { identity: 'any', binding: { profile: 'assay/1-batch', type: 'attestation' } },
      nonce: fromHex(nonce),
      subject: { peerKey: { spkiSha256: spki } },
    });

  test('are all that a verifier needs beside the root, and are asked for once for each quote', async () => {
    let times = 0;
    const endorsements = async (): Promise<RawEndorsements> => {
      times += 1;
      return collateral;
    };
    const { app, quotes } = service({ endorsements });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => app.request(`/attestation?nonce=${nonce}`)),
    );
    for (const answer of answers) expect(refusals(await alone(await envelopeOf(answer)))).toEqual([]);
    expect(times).toBe(quotes());
  });

  test('that cannot be had are left out: the evidence goes out, and is not trusted without them', async () => {
    const { app } = service({ endorsements: () => Promise.reject(new Error('the collateral service is down')) });
    const answer = await app.request(`/attestation?nonce=${nonce}`);
    expect(answer.status).toBe(200);
    const envelope = await envelopeOf(answer);
    expect(envelope.endorsements).toBeUndefined();
    expect((await alone(envelope)).trusted).toBe(false);
    expect(refusals(await judge(envelope))).toEqual([]);
  });
});

describe('the quote without a nonce', () => {
  test('is one for all strangers of a minute, and a new one after it', async () => {
    let time = now.getTime();
    const { app, quotes } = service({ clock: () => new Date(time) });
    const ask = async (): Promise<string> => (await app.request('/attestation')).text();
    const [first, ...others] = await Promise.all(Array.from({ length: 50 }, ask));
    time += 59_999;
    expect(new Set([...others, await ask()])).toEqual(new Set([first]));
    expect(quotes()).toBe(1);
    time += 1;
    await ask();
    expect(quotes()).toBe(2);
  });

  test('is one of each profile', async () => {
    const { app, quotes } = service();
    const targets = ['/attestation', '/attestation?profile=sha256-info', '/attestation?profile=oauth3-info'];
    const [bare, sha256Info, oauth3Info] = await Promise.all(
      targets.map(async (target) => (await app.request(target)).text()),
    );
    expect(bare).toBe(sha256Info);
    expect(oauth3Info).not.toBe(sha256Info);
    expect(quotes()).toBe(2);
  });

  test('has no eventLog and no vmConfig where there are none', async () => {
    const { app } = service();
    expect(Object.keys((await (await app.request('/attestation')).json()) as object)).toEqual(['quote']);
  });
});

test.each([
  ['nonce', 'bad_request', `?nonce=${nonce}&nonce=${nonce}`],
  ['reportData', 'bad_request', '?reportData=00'],
])('a wrong %j is answered as %s, and makes no quote', async (field, code, query) => {
  const { app, quotes } = service();
  const answer = await app.request(`/attestation${query}`);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ code, field, status: 400 });
  expect(quotes()).toBe(0);
});
