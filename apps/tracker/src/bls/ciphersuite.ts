/**
 * The proof-of-possession ciphersuite, public keys in G1 (draft-irtf-cfrg-bls-signature section 4.2.3). The native library
 * has this domain separation tag built in; a known answer test holds it to that.
 */
export const CIPHERSUITE = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

/** Lengths in bytes: a secret scalar, a compressed point of G1, a compressed point of G2. */
export const BLS_LENGTHS = { secretKey: 32, publicKey: 48, signature: 96 } as const;
