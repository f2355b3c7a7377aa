import { createHash, randomBytes } from 'node:crypto';
import { type Policy, type Verdict, verify } from '@assay/verify';
import { buildStatement, statementDigest, tokenNonce } from '@assay/verify/binding';
import { makeBundle, replayBundle } from '@assay/verify/bundle';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { beforeAll, describe, expect, test } from 'vitest';
import { mintToken, type TokenOptions } from './token.ts';
import { createGoogleVendor, type GoogleVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const audience = 'https://verifier.example';
const nonce = randomBytes(32);
const spkiSha256 = createHash('sha256').update('the key of a TLS server').digest();

const POLICY: Policy = {
  releases: [{ name: 'workload 1', measurements: { imageDigest: `sha256:${'5a'.repeat(32)}` } }],
  binding: { profile: 'assay/1', type: 'attestation', audience },
  platforms: { projectId: ['simulated-project'] },
};

/** What an attester would send: it asks for a token with the caller's nonce and its statement's hash. */
const statement = buildStatement({
  type: 'attestation',
  instance: randomBytes(16).toString('hex'),
  nonce: nonce.toString('hex'),
  aud: audience,
  issuedAt: now.getTime() / 1000,
  keys: [{ use: 'tls', spkiSha256: spkiSha256.toString('hex') }],
  claims: {},
});

let vendor: GoogleVendor;
let nonces: readonly string[];
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
  nonces = [nonce.toString('base64url'), await tokenNonce(await statementDigest(statement))];
});

async function judge(options: TokenOptions, policy = POLICY): Promise<Verdict> {
  const evidence = new TextEncoder().encode(await mintToken(vendor, { audience, nonces, ...options }));
  const endorsements = { confidentialSpace: { jwks: vendor.jwks } };
  const roots = [vendor.chain.root.certificate];
  const subject = { peerKey: { spkiSha256, use: 'tls' } };
  const settings = {
    tees: [confidentialSpace],
    now,
    policy,
    endorsements,
    roots,
    allowSimulated: true,
    nonce,
    subject,
  };
  return verify({ evidence, statement }, settings);
}
const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe.each(['OIDC', 'PKI'] as const)('a whole verdict on a token of type %s', (type) => {
  test('is affirming when every layer passes', async () => {
    const verdict = await judge({ type });
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ outcome: 'affirming', trusted: true, tee: 'confidential-space', simulated: true });
    expect(Object.values(verdict.layers)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass']);
  });

  test('refuses another workload, audience, nonce or statement, each by its check', async () => {
    const other: Policy = {
      ...POLICY,
      releases: [{ name: 'workload 2', measurements: { imageDigest: `sha256:${'00'.repeat(32)}` } }],
    };
    expect(failuresOf(await judge({ type }, other))).toEqual(['identity.release']);
    expect(failuresOf(await judge({ type, audience: 'https://other.example' }))).toEqual(['cs.audience']);
    expect(failuresOf(await judge({ type, nonces: nonces.slice(1) }))).toEqual(['fresh.nonce']);
    expect(failuresOf(await judge({ type, nonces: ['another-nonce', nonces[1] ?? ''] }))).toEqual(['binding.nonces']);
    expect(failuresOf(await judge({ type, nonces: nonces.slice(0, 1) }))).toContain('binding.statement');
    expect((await judge({ type, profile: 'sev-debug' })).trusted).toBe(false);
  });
});

test('a young token without the nonce that was asked with is not fresh', async () => {
  const policy: Policy = { ...POLICY, binding: undefined, freshness: { maxAgeSeconds: 600 } };
  expect((await judge({ type: 'PKI' }, policy)).layers.fresh).toBe('pass');
  expect((await judge({ type: 'PKI', nonces: [] }, policy)).layers.fresh).toBe('unchecked');
});

test('a key set that comes with the evidence is its sender’s word: nobody is trusted for it', async () => {
  const evidence = new TextEncoder().encode(await mintToken(vendor, { audience, nonces }));
  const endorsements = { confidentialSpace: { jwks: vendor.jwks } };
  const settings = { tees: [confidentialSpace], now, policy: POLICY, allowSimulated: true, nonce };
  const verdict = await verify({ evidence, statement, endorsements }, settings);
  expect(verdict.checks.find(({ id }) => id === 'cs.jwks.source')?.outcome).toBe('fail');
  expect(verdict.layers.authentic).toBe('fail');
});

test('a bundle holds the key set that its maker vouched for: the record reproduces, and nobody is trusted for it', async () => {
  const evidence = new TextEncoder().encode(await mintToken(vendor, { audience, nonces }));
  const endorsements = { confidentialSpace: { jwks: vendor.jwks } };
  const policy: Policy = { identity: 'any', freshness: 'any', binding: 'any' };
  const options = { now, policy, allowSimulated: true };
  const verdict = await verify({ evidence }, { tees: [confidentialSpace], ...options, endorsements });
  expect(verdict.trusted).toBe(true);
  const bundle = await makeBundle({ ...options, evidence: { evidence, endorsements }, verdict, version: 'test' });
  const replay = await replayBundle(bundle, (kept, recorded) =>
    verify(kept, { tees: [confidentialSpace], ...recorded }),
  );
  expect(replay).toMatchObject({ reproduces: true, trusted: false });
  expect((await verify(bundle.evidence, { tees: [confidentialSpace], ...options })).trusted).toBe(false);
});
