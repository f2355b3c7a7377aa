import { contextTag, element, integer, objectIdentifier, sequence } from '../der.ts';
import { type KeySeed, seededP384Pair, seededRsaPair } from '../seeded-key.ts';

/** A key that signs: its secret cannot be exported. */
export interface AmdKey {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** Certificates: RSASSA-PSS. Reports: ECDSA, r ‖ s with 48 bytes each. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

type How = Parameters<typeof crypto.subtle.sign>[0];
type Key = Parameters<typeof crypto.subtle.sign>[1];

const PSS = { name: 'RSA-PSS', hash: 'SHA-384' } as const;
const SALT_LENGTH = 48;
const P384 = { name: 'ECDSA', namedCurve: 'P-384' } as const;

const sha384 = sequence(objectIdentifier('2.16.840.1.101.3.4.2.2'), element(0x05, new Uint8Array()));
const mgf1 = sequence(objectIdentifier('1.2.840.113549.1.1.8'), sha384);

/** AlgorithmIdentifier RSASSA-PSS with SHA-384 and a salt of 48 bytes, as AMD writes it. */
export const RSASSA_PSS = sequence(
  objectIdentifier('1.2.840.113549.1.1.10'),
  sequence(contextTag(0, sha384), contextTag(1, mgf1), contextTag(2, integer(SALT_LENGTH))),
);

/** An RSA key as those of ARK, ASK and ASVK: of a seed, or random. */
export async function createRsaKey(modulusLength = 4096, seed?: KeySeed): Promise<AmdKey> {
  const algorithm = { ...PSS, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) };
  const pair = seed
    ? await seededRsaPair(seed, modulusLength, PSS)
    : await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  return keyOf(pair, { ...PSS, saltLength: SALT_LENGTH });
}

/** A P-384 key as those of VCEK and VLEK: of a seed, or random. */
export async function createChipKey(seed?: KeySeed): Promise<AmdKey> {
  const pair = seed
    ? await seededP384Pair(seed, P384)
    : await crypto.subtle.generateKey(P384, false, ['sign', 'verify']);
  return keyOf(pair, { name: 'ECDSA', hash: 'SHA-384' });
}

async function keyOf({ publicKey, privateKey }: Record<'publicKey' | 'privateKey', Key>, how: How): Promise<AmdKey> {
  return {
    spki: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(how, privateKey, Uint8Array.from(message))),
  };
}
