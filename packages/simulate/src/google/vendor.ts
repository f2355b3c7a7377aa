import { createEntropy } from '../entropy.ts';
import { encodePem } from '../pem.ts';
import type { KeySeed } from '../seeded-key.ts';
import { type CertificateChanges, type ChainRole, createChain, reissue, type TokenChain } from './chain.ts';
import { createRsaKey, type RsaKey } from './rsa-key.ts';

/** How to make a test vendor: the time its certificates are issued for, and the issuer of its tokens. */
export interface GoogleVendorOptions {
  readonly now: Date;
  /** `http://127.0.0.1:…` of a simulator; the default resolves nowhere. Never Google's. */
  readonly issuer?: string;
  /** The same seed gives the same keys again, which are no secret then; certificates say SIMULATED SEEDED. Default: random. */
  readonly seed?: Uint8Array | string;
}

/** A key of the set that verifies OIDC tokens. */
export interface ListedKey {
  readonly kid: string;
  readonly key: RsaKey;
}

/** A vendor that stands in for Google's attestation service, under a root and a key set that only tests know. */
export interface GoogleVendor {
  readonly issuer: string;
  /** The instant its certificates are current at. */
  readonly now: Date;
  readonly chain: TokenChain;
  /** The trust anchor of PKI tokens, for `--root-ca`. */
  readonly rootPem: string;
  /** The first signs, the second did or will: Google publishes two. */
  readonly keys: readonly [ListedKey, ListedKey];
  /** The key set (RFC 7517) for OIDC tokens. */
  readonly jwks: string;
}

/** Makes a test vendor. Names and key ids say that it is simulated, so that no verifier can mistake it. */
export async function createGoogleVendor({
  now,
  issuer = 'https://simulated.invalid',
  seed,
}: GoogleVendorOptions): Promise<GoogleVendor> {
  if (Number.isNaN(now.getTime())) throw new Error('now: expected a valid date');
  if (/google/i.test(issuer))
    throw new Error(`issuer: ${issuer} is Google's; take http://127.0.0.1 or a name under .invalid`);
  const entropy = seed === undefined ? undefined : createEntropy({ seed });
  const listed = (name: string): Promise<ListedKey> =>
    createListedKey(entropy && { entropy, label: `google/jwks/${name}/key` });
  const [chain, first, second] = await Promise.all([createChain(now, entropy), listed('first'), listed('second')]);
  const keys = [first, second] as const;
  return { issuer, now, chain, rootPem: encodePem('CERTIFICATE', chain.root.certificate), keys, jwks: keySet(keys) };
}

/** The same vendor with one certificate issued anew and changed; keys and trust anchor stay. */
export async function reissueCertificate(
  vendor: GoogleVendor,
  role: ChainRole,
  changes: CertificateChanges,
): Promise<GoogleVendor> {
  return { ...vendor, chain: await reissue(vendor.chain, role, vendor.now, changes) };
}

/** The same vendor after its key set rotated: a new random key signs, the one before is still listed. */
export async function rotateKeys(vendor: GoogleVendor): Promise<GoogleVendor> {
  const keys = [await createListedKey(), vendor.keys[0]] as const;
  return { ...vendor, keys, jwks: keySet(keys) };
}

async function createListedKey(seed?: KeySeed): Promise<ListedKey> {
  const key = await createRsaKey(seed);
  return { kid: `simulated-${key.thumbprint}`, key };
}

function keySet(keys: readonly ListedKey[]): string {
  return JSON.stringify({
    keys: keys.map(({ kid, key: { n, e } }) => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e })),
  });
}
