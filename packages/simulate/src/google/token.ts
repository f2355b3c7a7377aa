import { type Occasion, type TokenObject, type TokenProfile, tokenClaims } from './profile.ts';
import { signWith, toBase64, toBase64Url } from './rsa-key.ts';
import type { GoogleVendor } from './vendor.ts';

/** What a token is for, and how it differs from what it should be. */
export interface TokenOptions extends Partial<Occasion> {
  /** `OIDC` (default) for the key set, `PKI` with certificates. */
  readonly type?: 'OIDC' | 'PKI';
  readonly profile?: TokenProfile;
  /** Changes claims; undefined leaves one out. */
  readonly claims?: (claims: TokenObject) => TokenObject;
  /** Changes the header; undefined leaves a member out. */
  readonly header?: (header: TokenObject) => TokenObject;
  /** Signs in another way. */
  readonly sign?: (signed: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Issues a token: a compact JWS, issued at the vendor's time for `https://verifier.invalid` unless options say otherwise.
 *
 * @example
 * const vendor = await createGoogleVendor({ now: new Date() });
 * const token = await mintToken(vendor, { type: 'PKI', audience: 'https://relying-party.example' });
 */
export async function mintToken(vendor: GoogleVendor, options: TokenOptions = {}): Promise<string> {
  const { type = 'OIDC', profile = 'sev', claims = unchanged, header = unchanged } = options;
  const { issuer = vendor.issuer, audience = 'https://verifier.invalid', nonces = [], issuedAt = vendor.now } = options;
  const { leaf, intermediate, root } = vendor.chain;
  const [listed] = vendor.keys;
  const key = type === 'PKI' ? leaf.key : listed.key;
  const x5c = [leaf, intermediate, root].map(({ certificate }) => toBase64(certificate));
  const head =
    type === 'PKI'
      ? { alg: 'RS256', kid: key.thumbprint, typ: 'JWT', x5c }
      : { alg: 'RS256', kid: listed.kid, typ: 'JWT' };
  const signed = [header(head), claims(tokenClaims(profile, { issuer, audience, nonces, issuedAt }))]
    .map(encode)
    .join('.');
  const sign = options.sign ?? ((message) => signWith(key, message));
  return `${signed}.${toBase64Url(await sign(new TextEncoder().encode(signed)))}`;
}

const unchanged = (object: TokenObject): TokenObject => object;

function encode(object: TokenObject): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(object)));
}
