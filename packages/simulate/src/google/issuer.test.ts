import { fromPem, type Policy, type Verdict, verify } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenFlaw } from './flaw.ts';
import { createIssuer } from './issuer.ts';
import { createLauncher, type LauncherOptions } from './launcher.ts';
import { createGoogleVendor, type GoogleVendor, rotateKeys } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const audience = 'https://verifier.example';
const nonce = 'nonce-of-13-b';
const policy: Policy = { identity: 'any', freshness: 'any', binding: 'any' };

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now, issuer: 'http://127.0.0.1:8080' });
});

async function tokenOf(token_type: 'OIDC' | 'PKI', options: LauncherOptions = {}): Promise<Uint8Array> {
  const body = JSON.stringify({ audience, nonces: [nonce], token_type });
  const response = await createLauncher(
    vendor,
    options,
  )(new Request('http://localhost/v1/token', { method: 'POST', body }));
  expect(response.status).toBe(200);
  return response.bytes();
}

async function fetchText(url: string, from: GoogleVendor | (() => GoogleVendor) = vendor): Promise<string> {
  const response = await createIssuer(from)(new Request(url));
  expect(response.status).toBe(200);
  return response.text();
}

/** What a verifier gets that starts from the issuer's name. */
async function trusted(from: GoogleVendor = vendor) {
  const { issuer } = vendor;
  const discovery = JSON.parse(await fetchText(`${issuer}/.well-known/openid-configuration`, from));
  expect(discovery.issuer).toBe(issuer);
  const { root_ca_uri } = JSON.parse(await fetchText(`${issuer}/.well-known/attestation-pki-root`, from));
  const jwks = await fetchText(discovery.jwks_uri, from);
  const roots = fromPem(await fetchText(root_ca_uri, from), 'CERTIFICATE');
  return { endorsements: { confidentialSpace: { jwks } }, roots, allowSimulated: true };
}

const judge = (evidence: Uint8Array, trust: object): Promise<Verdict> =>
  verify(evidence, { tees: [confidentialSpace], now, policy, ...trust });
const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe.each(['OIDC', 'PKI'] as const)('a token of type %s from the launcher', (type) => {
  test('verifies with what the issuer serves, and says that it is simulated', async () => {
    const verdict = await judge(await tokenOf(type), await trusted());
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ trusted: true, simulated: true, claims: { nonces: [nonce] } });
  });

  test('is refused by default, and with served trust unless simulated evidence will do', async () => {
    expect((await judge(await tokenOf(type), {})).layers.authentic).toBe('fail');
    const verdict = await judge(await tokenOf(type), { ...(await trusted()), allowSimulated: false });
    expect([verdict.trusted, failuresOf(verdict)]).toEqual([false, ['trust.simulated']]);
  });
});

const FLAWS: readonly (readonly [TokenFlaw, 'OIDC' | 'PKI', readonly string[]])[] = [
  ['expired', 'OIDC', ['cs.token.expiry']],
  ['not-yet-valid', 'OIDC', ['cs.token.not-before']],
  ['alg-none', 'OIDC', ['cs.token.algorithm']],
  ['alg-none', 'PKI', ['cs.token.algorithm']],
  ['hs256-with-public-key', 'OIDC', ['cs.token.algorithm']],
  ['hs256-with-public-key', 'PKI', ['cs.token.algorithm']],
  ['unknown-kid', 'OIDC', ['cs.jwks.key']],
  ['bad-signature', 'OIDC', ['cs.token.signature']],
  ['bad-signature', 'PKI', ['cs.token.signature']],
  ['x5c-of-1', 'PKI', ['cs.pki.certificates']],
  ['x5c-of-2', 'PKI', ['cs.pki.certificates']],
  ['x5c-of-4', 'PKI', ['cs.pki.certificates']],
  ['x5c-swapped', 'PKI', ['cs.pki.root', 'cs.pki.names']],
  ['expired-leaf', 'PKI', ['cs.pki.validity']],
  ['intermediate-no-ca', 'PKI', ['cs.pki.constraints']],
  ['wrong-root', 'PKI', ['cs.pki.root']],
];
test.each(FLAWS)('a token that is flawed by %s (%s) fails in %j', async (flaw, type, expected) => {
  const evidence = await tokenOf(type, { fault: () => ({ kind: 'token', flaw }) });
  const verdict = await judge(evidence, await trusted());
  expect([flaw, type, failuresOf(verdict)]).toEqual([flaw, type, expected]);
});

test('another audience, and another issuer, are what the token says', async () => {
  const trust = await trusted();
  const flawed = (flaw: TokenFlaw) => tokenOf('OIDC', { fault: () => ({ kind: 'token', flaw }) });
  const binding = { profile: 'assay/1', type: 'attestation', audience } as const;
  const checkOf = async (evidence: Uint8Array, id: string) => {
    const verdict = await judge(evidence, { ...trust, policy: { ...policy, binding } });
    return verdict.checks.find((check) => check.id === id)?.outcome;
  };
  expect(await checkOf(await tokenOf('OIDC'), 'cs.audience')).toBe('pass');
  expect(await checkOf(await flawed('wrong-audience'), 'cs.audience')).toBe('fail');
  const payload = new TextDecoder().decode(await flawed('wrong-issuer')).split('.')[1] ?? '';
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).iss).toBe('https://wrong.invalid');
});

test('nonces can be dropped', async () => {
  const evidence = await tokenOf('PKI', { fault: () => ({ kind: 'token', flaw: 'nonces-dropped' }) });
  expect((await judge(evidence, await trusted())).claims?.nonces).toEqual([]);
});

test('the key set rotates under the same address', async () => {
  const evidence = await tokenOf('OIDC');
  const next = await rotateKeys(vendor);
  expect(failuresOf(await judge(evidence, await trusted(next)))).toEqual([]);
  expect(failuresOf(await judge(evidence, await trusted(await rotateKeys(next))))).toEqual(['cs.jwks.key']);
  let current = vendor;
  const issuer = createIssuer(() => current);
  const address = `${vendor.issuer}/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com`;
  expect(await (await issuer(new Request(address))).text()).toBe(vendor.jwks);
  current = next;
  expect(await (await issuer(new Request(address))).text()).toBe(next.jwks);
});

test('other paths and methods are refused', async () => {
  const issuer = createIssuer(vendor);
  for (const path of ['/', '/__proto__', '/constructor'])
    expect((await issuer(new Request(vendor.issuer + path))).status).toBe(404);
  const address = `${vendor.issuer}/.well-known/openid-configuration`;
  expect((await issuer(new Request(address, { method: 'POST' }))).status).toBe(405);
  expect(await (await issuer(new Request(address, { method: 'HEAD' }))).text()).toBe('');
});
