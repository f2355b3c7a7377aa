import { X509Certificate } from 'node:crypto';
import { authenticate, type Verdict } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBase64 } from './rsa-key.ts';
import { mintToken, type TokenOptions } from './token.ts';
import { createGoogleVendor, type GoogleVendor, reissueCertificate } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const DAY = 86_400_000;

let vendor: GoogleVendor;
let impostor: GoogleVendor;
beforeAll(async () => {
  [vendor, impostor] = await Promise.all([createGoogleVendor({ now }), createGoogleVendor({ now })]);
});

interface Setting {
  readonly trusting?: GoogleVendor | undefined;
  readonly allowSimulated?: boolean;
  readonly at?: Date;
}

async function judge(
  token: string,
  { trusting = vendor, allowSimulated = true, at = now }: Setting = {},
): Promise<Verdict> {
  const roots = [trusting.chain.root.certificate];
  return authenticate(new TextEncoder().encode(token), { tees: [confidentialSpace], now: at, roots, allowSimulated });
}
const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
const failures = async (options: TokenOptions, from = vendor, setting: Setting = {}): Promise<readonly string[]> =>
  failuresOf(await judge(await mintToken(from, { type: 'PKI', ...options }), setting));

describe('a PKI token of the test vendor', () => {
  test('is authentic under its own root, and simulated', async () => {
    const verdict = await judge(await mintToken(vendor, { type: 'PKI' }));
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict.layers.authentic).toBe('pass');
    expect(verdict.simulated).toBe(true);
    expect(verdict.checks.find(({ id }) => id === 'cs.pki.root')?.authority).toBe('caller');
    expect(verdict.validity).toEqual({ notBefore: '2026-11-01T12:00:00Z', notAfter: '2026-11-01T12:59:59Z' });
  });

  test('is refused without allowSimulated', async () => {
    const verdict = await judge(await mintToken(vendor, { type: 'PKI' }), { allowSimulated: false });
    expect(failuresOf(verdict)).toEqual(['trust.simulated']);
  });

  test('is refused by its root where nobody vouches for it, whatever issuer it names', async () => {
    const google = (claims: object): object => ({ ...claims, iss: 'https://confidentialcomputing.googleapis.com' });
    for (const claims of [undefined, google] as const) {
      const token = await mintToken(vendor, {
        type: 'PKI',
        ...(claims && { claims: (said) => ({ ...claims(said) }) }),
      });
      const evidence = new TextEncoder().encode(token);
      const verdict = await authenticate(evidence, { tees: [confidentialSpace], now });
      expect(failuresOf(verdict)).toEqual(['cs.pki.root']);
      expect(verdict.layers.authentic).toBe('fail');
    }
    expect(await failures({}, impostor)).toEqual(['cs.pki.root']);
  });

  test('stays simulated when it names Google as its issuer', async () => {
    const iss = 'https://confidentialcomputing.googleapis.com';
    const verdict = await judge(await mintToken(vendor, { type: 'PKI', claims: (said) => ({ ...said, iss }) }));
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict.simulated).toBe(true);
  });

  test('says the same thing again, byte for byte', async () => {
    const token = await mintToken(vendor, { type: 'PKI' });
    expect(JSON.stringify(await judge(token))).toBe(JSON.stringify(await judge(token)));
  });
});

describe('certificates in x5c', () => {
  const withX5c = (edit: (x5c: readonly string[]) => unknown): TokenOptions => ({
    header: (header) => ({ ...header, x5c: edit(header.x5c as readonly string[]) }),
  });

  test('are exactly three', async () => {
    const only = ['cs.pki.certificates'];
    expect(await failures(withX5c((x5c) => x5c.slice(0, 1)))).toEqual(only);
    expect(await failures(withX5c((x5c) => x5c.slice(0, 2)))).toEqual(only);
    expect(await failures(withX5c((x5c) => [...x5c, x5c[2]]))).toEqual(only);
    expect(await failures(withX5c(() => []))).toEqual(only);
    expect(await failures(withX5c(() => 'MIIB'))).toEqual(only);
    expect(await failures(withX5c((x5c) => [x5c[0], x5c[1], 7]))).toEqual(only);
    expect(await failures(withX5c((x5c) => [x5c[0], x5c[1], 'AAAA']))).toEqual(only);
    expect(await failures(withX5c((x5c) => [x5c[0], x5c[1], `${x5c[2]}\n`]))).toEqual(only);
    expect(await failures(withX5c((x5c) => [x5c[0], x5c[1], `${String(x5c[2]).replaceAll('=', '')}AAA=`]))).toEqual(
      only,
    );
  });

  test('stand in order, leaf first', async () => {
    expect(await failures(withX5c((x5c) => x5c.toReversed()))).toEqual(
      expect.arrayContaining(['cs.pki.root', 'cs.pki.names']),
    );
    expect(await failures(withX5c(([leaf, intermediate, root]) => [intermediate, leaf, root]))).toEqual(
      expect.arrayContaining(['cs.pki.names', 'cs.pki.constraints', 'cs.pki.kid']),
    );
    expect(await failures(withX5c(([leaf, , root]) => [leaf, root, root]))).toEqual(['cs.pki.names']);
  });

  test('of one vendor do not vouch for the leaf of another', async () => {
    const theirs = [vendor.chain.intermediate, vendor.chain.root].map(({ certificate }) => toBase64(certificate));
    const { header } = withX5c(([leaf]) => [leaf, ...theirs]);
    expect(await failures({ header: header as NonNullable<TokenOptions['header']> }, impostor)).toEqual([
      'cs.pki.leaf.signature',
    ]);
  });

  test('make the token a PKI token: a key set does not replace them', async () => {
    const token = await mintToken(
      vendor,
      withX5c(() => []),
    );
    const endorsements = { confidentialSpace: { jwks: vendor.jwks } };
    const options = { tees: [confidentialSpace], now, endorsements, allowSimulated: true };
    expect(failuresOf(await authenticate(new TextEncoder().encode(token), options))).toContain('cs.pki.certificates');
  });
});

describe('each certificate', () => {
  const cases: readonly (readonly [string, string, (one: GoogleVendor) => Promise<GoogleVendor>])[] = [
    [
      'an expired leaf',
      'cs.pki.validity',
      (one) => reissueCertificate(one, 'leaf', { notAfter: new Date(now.getTime() - 1000) }),
    ],
    [
      'a leaf of tomorrow',
      'cs.pki.validity',
      (one) => reissueCertificate(one, 'leaf', { notBefore: new Date(now.getTime() + DAY) }),
    ],
    [
      'an expired intermediate',
      'cs.pki.validity',
      (one) => reissueCertificate(one, 'intermediate', { notAfter: new Date(now.getTime() - DAY) }),
    ],
    [
      'an expired root',
      'cs.pki.validity',
      (one) => reissueCertificate(one, 'root', { notAfter: new Date(now.getTime() - DAY) }),
    ],
    ['a leaf that is a CA', 'cs.pki.constraints', (one) => reissueCertificate(one, 'leaf', { ca: true })],
    [
      'an intermediate that is no CA',
      'cs.pki.constraints',
      (one) => reissueCertificate(one, 'intermediate', { ca: false }),
    ],
    [
      'an intermediate that may not certify',
      'cs.pki.constraints',
      (one) => reissueCertificate(one, 'intermediate', { mayCertify: false }),
    ],
    ['a root that is no CA', 'cs.pki.constraints', (one) => reissueCertificate(one, 'root', { ca: false })],
    ['a leaf of another issuer', 'cs.pki.names', (one) => reissueCertificate(one, 'leaf', { issuer: 'CN=Somebody' })],
    [
      'a leaf that the root signed',
      'cs.pki.leaf.signature',
      (one) => reissueCertificate(one, 'leaf', { signedBy: 'root' }),
    ],
    [
      'a leaf that signed itself',
      'cs.pki.leaf.signature',
      (one) => reissueCertificate(one, 'leaf', { signedBy: 'leaf' }),
    ],
    [
      'an intermediate that signed itself',
      'cs.pki.intermediate.signature',
      (one) => reissueCertificate(one, 'intermediate', { signedBy: 'intermediate' }),
    ],
    [
      'a root that the leaf signed',
      'cs.pki.root.signature',
      (one) => reissueCertificate(one, 'root', { signedBy: 'leaf' }),
    ],
  ];
  test.each(cases)('%s is refused by %s alone', async (_name, id, change) => {
    expect(await failures({}, await change(vendor))).toEqual([id]);
  });

  test('may differ from the clock by the skew that the caller allows', async () => {
    const changed = await reissueCertificate(vendor, 'leaf', { notAfter: new Date(now.getTime() - 5000) });
    const evidence = new TextEncoder().encode(await mintToken(changed, { type: 'PKI' }));
    const roots = [vendor.chain.root.certificate];
    const options = { tees: [confidentialSpace], now, roots, allowSimulated: true };
    expect(failuresOf(await authenticate(evidence, { ...options, clockSkewSeconds: 5 }))).toEqual([]);
    expect(failuresOf(await authenticate(evidence, { ...options, clockSkewSeconds: 4 }))).toEqual(['cs.pki.validity']);
  });
});

describe('key id, algorithm and signature', () => {
  test('the key id is the thumbprint of the leaf', async () => {
    const kid = vendor.chain.intermediate.key.thumbprint;
    expect(await failures({ header: (header) => ({ ...header, kid }) })).toEqual(['cs.pki.kid']);
  });

  test('the algorithm is RS256', async () => {
    for (const alg of ['none', 'HS256', 'RS384', 'PS256']) {
      expect(await failures({ header: (header) => ({ ...header, alg }) }), alg).toEqual(['cs.token.algorithm']);
    }
  });

  test('the leaf signs, no other key of the chain', async () => {
    const { privateKey } = vendor.chain.intermediate.key;
    const sign = async (signed: Uint8Array): Promise<Uint8Array> =>
      new Uint8Array(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Uint8Array.from(signed)));
    expect(await failures({ sign })).toEqual(['cs.token.signature']);
    expect(await failures({ sign: async () => new Uint8Array() })).toEqual(['cs.token.signature']);
    expect(await failures({ sign: async () => new Uint8Array(256) })).toEqual(['cs.token.signature']);
  });
});

test('Node reads the same chain as Google’s: names, CA flags, links', () => {
  const read = ({ certificate }: { readonly certificate: Uint8Array }): X509Certificate =>
    new X509Certificate(certificate);
  const [leaf, intermediate, root] = [
    read(vendor.chain.leaf),
    read(vendor.chain.intermediate),
    read(vendor.chain.root),
  ];
  expect([leaf.ca, intermediate.ca, root.ca]).toEqual([false, true, true]);
  expect(leaf.checkIssued(intermediate) && leaf.verify(intermediate.publicKey)).toBe(true);
  expect(intermediate.checkIssued(root) && intermediate.verify(root.publicKey)).toBe(true);
  for (const one of [leaf, intermediate, root]) expect(one.subject).toContain('SIMULATED');
  expect(new X509Certificate(vendor.rootPem).fingerprint256).toBe(root.fingerprint256);
});
