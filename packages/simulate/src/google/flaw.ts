import { encodePem } from '../pem.ts';
import type { TokenObject } from './profile.ts';
import type { TokenOptions } from './token.ts';
import { createGoogleVendor, type GoogleVendor, reissueCertificate } from './vendor.ts';

/** What can be wrong with a token; those of `x5c` and of certificates show in tokens of type PKI only. */
export type TokenFlaw =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'alg-none'
  | 'hs256-with-public-key'
  | 'unknown-kid'
  | 'bad-signature'
  | 'x5c-of-1'
  | 'x5c-of-2'
  | 'x5c-of-4'
  | 'x5c-swapped'
  | 'expired-leaf'
  | 'intermediate-no-ca'
  | 'wrong-root'
  | 'nonces-dropped';

const HOUR = 3_600_000;
const WRONG = 'https://wrong.invalid';

/** The vendor and the options of which `mintToken` makes a token with this flaw. */
export async function applyFlaw(
  vendor: GoogleVendor,
  options: TokenOptions,
  flaw: TokenFlaw,
): Promise<readonly [vendor: GoogleVendor, options: TokenOptions]> {
  const issuedAt = options.issuedAt ?? vendor.now;
  const past = new Date(issuedAt.getTime() - HOUR);
  switch (flaw) {
    case 'expired':
      return [vendor, { ...options, issuedAt: new Date(issuedAt.getTime() - 2 * HOUR) }];
    case 'not-yet-valid':
      return [vendor, { ...options, claims: (claims) => ({ ...claims, nbf: (issuedAt.getTime() + HOUR) / 1000 }) }];
    case 'wrong-audience':
      return [vendor, { ...options, audience: WRONG }];
    case 'wrong-issuer':
      return [vendor, { ...options, issuer: WRONG }];
    case 'alg-none':
      return [vendor, { ...options, ...header({ alg: 'none' }), sign: async () => new Uint8Array() }];
    case 'hs256-with-public-key':
      return [vendor, { ...options, ...header({ alg: 'HS256' }), sign: (message) => mac(vendor, options, message) }];
    case 'unknown-kid':
      return [vendor, { ...options, ...header({ kid: 'simulated-unknown' }) }];
    case 'bad-signature':
      return [vendor, { ...options, sign: async () => new Uint8Array(256).fill(1) }];
    case 'x5c-of-1':
      return [vendor, { ...options, ...x5c(([leaf]) => [leaf]) }];
    case 'x5c-of-2':
      return [vendor, { ...options, ...x5c(([leaf, intermediate]) => [leaf, intermediate]) }];
    case 'x5c-of-4':
      return [vendor, { ...options, ...x5c((chain) => [...chain, chain[2]]) }];
    case 'x5c-swapped':
      return [vendor, { ...options, ...x5c(([leaf, intermediate, root]) => [leaf, root, intermediate]) }];
    case 'expired-leaf':
      return [await reissueCertificate(vendor, 'leaf', { notAfter: past }), options];
    case 'intermediate-no-ca':
      return [await reissueCertificate(vendor, 'intermediate', { ca: false }), options];
    case 'wrong-root':
      return [await createGoogleVendor({ now: vendor.now, issuer: vendor.issuer }), options];
    case 'nonces-dropped':
      return [vendor, { ...options, nonces: [] }];
  }
}

function header(members: TokenObject): Required<Pick<TokenOptions, 'header'>> {
  return { header: (original) => ({ ...original, ...members }) };
}

function x5c(change: (chain: readonly unknown[]) => readonly unknown[]): Required<Pick<TokenOptions, 'header'>> {
  return {
    header: (original) => (Array.isArray(original.x5c) ? { ...original, x5c: change(original.x5c) } : original),
  };
}

/** The attack on verifiers that take a public key for a shared secret. */
async function mac(vendor: GoogleVendor, { type }: TokenOptions, message: Uint8Array): Promise<Uint8Array> {
  const { publicKey } = type === 'PKI' ? vendor.chain.leaf.key : vendor.keys[0].key;
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const secret = new TextEncoder().encode(encodePem('PUBLIC KEY', spki));
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, Uint8Array.from(message)));
}
