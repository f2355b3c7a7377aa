import type { CryptoKey, JSONWebKeySet } from 'jose';

/** What a key vouches for: evidence of a vendor's hardware, or of a simulator. They share no key and no issuer. */
export type EarKind = 'genuine' | 'simulated';

/** A key that signs now. */
export interface EarSigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The keys of an issuer, whichever they are at the time. */
export interface EarKeys {
  readonly signing: (kind: EarKind) => Promise<EarSigningKey>;
  /** Public keys that tokens in use may need: those that sign, will sign soon, or signed what has not expired. */
  readonly published: (kind: EarKind) => Promise<JSONWebKeySet>;
}
