/** A value now (Node) or later (WebCrypto). */
export type Awaitable<T> = T | Promise<T>;

/** Hash functions of the vendors' formats. */
export type HashName = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** How a signature is made: ECDSA signatures are r ‖ s, RSA signatures bytes as in certificates and tokens. */
export type Scheme =
  | { readonly kind: 'ecdsa'; readonly curve: 'P-256' | 'P-384'; readonly hash: 'SHA-256' | 'SHA-384' }
  | { readonly kind: 'rsa-pss'; readonly hash: 'SHA-384'; readonly saltLength: 48 }
  | { readonly kind: 'rsa-pkcs1'; readonly hash: 'SHA-256' };

/** ECDSA with P-256 and SHA-256, Intel's. */
export const ES256 = { kind: 'ecdsa', curve: 'P-256', hash: 'SHA-256' } as const satisfies Scheme;
/** ECDSA with P-384 and SHA-384, AMD's reports. */
export const ES384 = { kind: 'ecdsa', curve: 'P-384', hash: 'SHA-384' } as const satisfies Scheme;
/** RSASSA-PSS with SHA-384, AMD's certificates. */
export const PS384 = { kind: 'rsa-pss', hash: 'SHA-384', saltLength: 48 } as const satisfies Scheme;
/** RSASSA-PKCS1-v1_5 with SHA-256, Google's certificates and tokens. */
export const RS256 = { kind: 'rsa-pkcs1', hash: 'SHA-256' } as const satisfies Scheme;

/** A public key ready to verify with one scheme. */
export interface VerifyKey {
  /** True when the signature is the key's over the data; false for every other signature, malformed ones included. */
  verify(signature: Uint8Array, data: Uint8Array): Awaitable<boolean>;
}

/** A key as it stands in certificates and quotes: an EC point 04 ‖ x ‖ y, or an RSA SubjectPublicKeyInfo in DER. */
export type KeyMaterial =
  | { readonly kind: 'ec'; readonly curve: 'P-256' | 'P-384'; readonly point: Uint8Array }
  | { readonly kind: 'rsa'; readonly raw: Uint8Array };
