import { type Policy, type Verdict, verify } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenProfile } from './profile.ts';
import { mintToken, type TokenOptions } from './token.ts';
import { createGoogleVendor, type GoogleVendor, rotateKeys } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const PRODUCTION: Policy = { identity: 'any', freshness: 'any', binding: 'any' };
const DEBUG: Policy = { ...PRODUCTION, debug: 'allow', confidentialSpace: { profile: 'debug' } };

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});

async function judge(options: TokenOptions, policy: Policy, jwks = vendor.jwks): Promise<Verdict> {
  const evidence = new TextEncoder().encode(await mintToken(vendor, options));
  const endorsements = { confidentialSpace: { jwks } };
  const roots = [vendor.chain.root.certificate];
  return verify(evidence, { tees: [confidentialSpace], now, policy, endorsements, roots, allowSimulated: true });
}
const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe.each(['OIDC', 'PKI'] as const)('a token of type %s', (type) => {
  const production: readonly (readonly [TokenProfile, readonly string[]])[] = [
    ['sev', []],
    ['tdx', []],
    ['gpu', []],
    ['sev-debug', ['cs.dbgstat', 'cs.support']],
    ['tdx-debug', ['cs.dbgstat', 'cs.support']],
    ['shielded-vm', ['cs.hwmodel']],
    ['plain-vm', ['cs.swname', 'cs.support', 'cs.monitoring']],
  ];
  test.each(production)('of %s fails in production by %j', async (profile, expected) => {
    const verdict = await judge({ type, profile }, PRODUCTION);
    expect(failuresOf(verdict)).toEqual(expected);
    expect(verdict.simulated).toBe(true);
    expect(verdict.layers.platform).toBe(expected.length === 0 ? 'pass' : 'fail');
  });

  test('of a debug image is accepted under the debug profile, and says so', async () => {
    const verdict = await judge({ type, profile: 'tdx-debug' }, DEBUG);
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict.claims?.debug).toBe(true);
    expect(verdict.checks.find(({ id }) => id === 'cs.dbgstat')?.outcome).toBe('warn');
  });

  test('carries one nonce as a string and several as an array', async () => {
    const nonces = ['first-nonce', 'second-nonce'];
    expect((await judge({ type, nonces }, PRODUCTION)).claims?.nonces).toEqual(nonces);
    expect((await judge({ type, nonces: ['only-nonce'] }, PRODUCTION)).claims?.nonces).toEqual(['only-nonce']);
    expect((await judge({ type, nonces: ['short'] }, PRODUCTION)).layers.authentic).toBe('fail');
  });

  test('is judged whole by policy: hardware, GPU, audience', async () => {
    const strict: Policy = {
      ...PRODUCTION,
      confidentialSpace: { hardware: ['GCP_INTEL_TDX'], gpu: 'require', tdxTcbStatuses: ['UpToDate'] },
    };
    expect(failuresOf(await judge({ type, profile: 'gpu' }, strict))).toEqual([]);
    expect(failuresOf(await judge({ type, profile: 'tdx' }, strict))).toEqual(['cs.gpu']);
    const audience = 'https://sts.googleapis.com';
    expect(failuresOf(await judge({ type, audience }, PRODUCTION))).toEqual(['cs.audience']);
  });
});

describe('the key set', () => {
  test('rotates: the key before stays listed, the one before that does not', async () => {
    const next = await rotateKeys(vendor);
    expect(failuresOf(await judge({}, PRODUCTION, next.jwks))).toEqual([]);
    expect(failuresOf(await judge({}, PRODUCTION, (await rotateKeys(next)).jwks))).toEqual(['cs.jwks.key']);
  });

  test('marks its keys: a token that names Google as its issuer stays simulated', async () => {
    const iss = 'https://confidentialcomputing.googleapis.com';
    const verdict = await judge({ claims: (claims) => ({ ...claims, iss }) }, PRODUCTION);
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict.simulated).toBe(true);
  });
});

test('a vendor never takes Google’s issuer, nor a date that is none', async () => {
  const issuer = 'https://confidentialcomputing.googleapis.com';
  await expect(createGoogleVendor({ now, issuer })).rejects.toThrow(/issuer/);
  await expect(createGoogleVendor({ now: new Date(Number.NaN) })).rejects.toThrow(/now/);
});
