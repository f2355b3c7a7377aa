import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createBatcher,
  createProxyAttester,
  createProxyStatements,
  issueStatement,
  newInstance,
  type ProxyOptions,
} from '@assay/attest';
import {
  createIntelVendor,
  createSoftwareTd,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type SoftwareTd,
} from '@assay/simulate';
import { createSoftwareAttester, type Listener, listen } from '@assay/simulate/node';
import { fromPem, type Verdict, verify } from '@assay/verify';
import { parseStatement } from '@assay/verify/binding';
import { toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import type { Envelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createProxyApp } from './app.ts';
import { createQuoteLine } from './quote-line.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = () => now;
const TOKEN = 's3cret-of-the-oracle';
const nonce = toHex(randomBytes(32));
const mrTd = Uint8Array.from(randomBytes(48));
const spkiOf = (): Uint8Array => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
};
const [ours, theirs] = [spkiOf(), spkiOf()];
const keys = [{ use: 'tls', spkiSha256: toHex(ours) }];

let vendor: IntelVendor;
let td: SoftwareTd;
let folder: string;
let proxy: Listener;
/** The next answer to a stranger, in milliseconds that he has to wait. */
let wait = 0;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'proxy.test', now });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor), report: { mrTd } });
  folder = await mkdtemp(join(tmpdir(), 'bearer-'));
  await writeFile(join(folder, 'token'), `${TOKEN}\n`, { mode: 0o640 });
  const attester = createQuoteLine(createSoftwareAttester(td), { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const app = createProxyApp({ attester, batcher, limiter: () => wait, bearer: () => TOKEN });
  proxy = await listen(async (request) => app.fetch(request), { port: 0 });
});
afterEach(() => {
  wait = 0;
});
afterAll(async () => {
  await proxy.close();
  await rm(folder, { recursive: true });
});

/** The container of the bearer: its two variables, and nothing else. */
const container = (): ProxyOptions => ({
  environment: { TDX_ATTESTATION_PROXY_URL: proxy.address, ASSAY_PROXY_TOKEN_FILE: join(folder, 'token') },
});
const stranger = (): ProxyOptions => ({ endpoint: proxy.address });

async function judge(envelope: Envelope, caller: string, spkiSha256 = ours): Promise<Verdict> {
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
      binding: { profile: 'assay/1-batch', type: 'attestation', claims: { caller } },
    },
    nonce: Uint8Array.from(Buffer.from(nonce, 'hex')),
    subject: { peerKey: { spkiSha256, use: 'tls' } },
  });
}
const failuresOf = ({ checks }: Verdict) => checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe('the bearer of the token', () => {
  test('gets a statement of its own keys, which is trusted for them and for its caller alone', async () => {
    const envelope = await createProxyStatements(container()).issue({ nonce, aud: null, keys });
    const verdict = await judge(envelope, 'bearer');
    expect([verdict.trusted, failuresOf(verdict)]).toEqual([true, []]);
    expect(verdict.claims).toMatchObject({ keys, workload: { caller: 'bearer' }, nonces: [nonce] });
    expect(failuresOf(await judge(envelope, 'bearer', theirs))).toEqual(['binding.subject']);
    expect(failuresOf(await judge(envelope, 'anyone'))).toEqual(['binding.subject']);
  });

  test('gets the same through `issueStatement`, which takes no claims from it', async () => {
    const attester = createProxyAttester(container());
    const speaker = { instance: newInstance(), clock };
    const asked = { type: 'attestation', nonce, aud: null, keys, claims: {} } as const;
    expect(failuresOf(await judge(await issueStatement(attester, asked, speaker), 'bearer'))).toEqual([]);
    for (const change of [{ claims: { caller: 'root' } }, { type: 'session', claims: { session: nonce } }] as const)
      await expect(issueStatement(attester, { ...asked, ...change }, speaker)).rejects.toMatchObject({
        code: 'usage',
        details: { field: 'claims' },
      });
  });

  test('is one of many at once, each with its own nonce', async () => {
    const nonces = Array.from({ length: 40 }, () => toHex(randomBytes(32)));
    const { issue } = createProxyStatements(container());
    const envelopes = await Promise.all(nonces.map((each) => issue({ nonce: each, aud: null, keys })));
    expect(envelopes.map(({ statement }) => parseStatement(statement ?? new Uint8Array()).nonce)).toEqual(nonces);
  });

  test('is refused with another token, which no message repeats', async () => {
    const { issue } = createProxyStatements({ ...stranger(), token: 'other-s3cret' });
    const refused = issue({ nonce, aud: null, keys });
    await expect(refused).rejects.toThrow(/answered 401: .*; give the token of the proxy: .*ASSAY_PROXY_TOKEN_FILE/);
    await expect(refused).rejects.not.toThrow(/other-s3cret/);
  });
});

describe('a stranger', () => {
  test('gets a statement of the proxy itself', async () => {
    const envelope = await createProxyStatements(stranger()).issue({ nonce, aud: null, keys: [] });
    expect(failuresOf(await judge(envelope, 'anyone'))).toEqual(['binding.subject']);
    const { checks } = await judge(envelope, 'anyone');
    expect(checks.find(({ id }) => id === 'binding.statement')?.outcome).toBe('pass');
  });

  test('cannot name keys, and is told whose right that is', async () => {
    const named = createProxyStatements(stranger()).issue({ nonce, aud: null, keys });
    await expect(named).rejects.toThrow(/answered 401: keys: .*; give the token of the proxy/);
  });

  test('is told to wait when there were too many', async () => {
    wait = 3000;
    const asked = createProxyStatements(stranger()).issue({ nonce, aud: null, keys: [] });
    await expect(asked).rejects.toThrow(/answered 429: .*; ask again later, or show the token of the proxy/);
    expect((await createProxyStatements(container()).issue({ nonce, aud: null, keys })).tee).toBe('tdx');
  });
});
