import { type KeySeed, seededRsaPair } from '../seeded-key.ts';

/** A key of WebCrypto. */
export type WebKey = Parameters<typeof crypto.subtle.sign>[1];

/** RSASSA-PKCS1-v1_5 with SHA-256: Google signs certificates and tokens with nothing else. */
export const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

/** An RSA key pair that signs tokens or certificates; its secret cannot be exported. */
export interface RsaKey {
  readonly publicKey: WebKey;
  readonly privateKey: WebKey;
  /** Modulus and exponent, base64url. */
  readonly n: string;
  readonly e: string;
  /** RFC 7638 thumbprint, base64url of SHA-256: the `kid` of PKI tokens. */
  readonly thumbprint: string;
}

/** Makes a key: of a seed, or random. */
export async function createRsaKey(seed?: KeySeed, modulusLength = 2048): Promise<RsaKey> {
  const algorithm = { ...RS256, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) };
  const { publicKey, privateKey } = seed
    ? await seededRsaPair(seed, modulusLength, RS256)
    : await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', publicKey);
  const members = new TextEncoder().encode(JSON.stringify({ e, kty: 'RSA', n }));
  const thumbprint = toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', members)));
  return { publicKey, privateKey, n, e, thumbprint };
}

/** The key's signature (RS256) over the message. */
export async function signWith({ privateKey }: RsaKey, message: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(RS256, privateKey, Uint8Array.from(message)));
}

/** Standard base64 with padding, as in `x5c`. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** base64url without padding, as everywhere else in a token. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
