import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AssayError, type ClaimedKey, type Verdict } from '@assay/verify';
import type { JsonObject } from '@assay/verify/codec';
import { equalBytes } from '@assay/verify/codec';
import { calculateJwkThumbprint } from 'jose';

/** A public key under the two names that statements and tokens know it by. */
export interface AttestedKey {
  /** SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex: as statements name keys. */
  readonly spkiSha256: string;
  /** RFC 7638 thumbprint with SHA-256, base64url: as tokens name keys (RFC 9449 section 6.1). */
  readonly jkt: string;
}

/** The members that make a public key, by `kty`; others say nothing of which key it is. */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  RSA: ['n', 'e'],
};
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** Characters of a member: a modulus of 8192 bits fits. */
const MAX_MEMBER = 1400;
const MAX_SPKI = 2048;

/**
 * Reads a public key, a JWK (`EC`, `OKP`, `RSA`) or a DER SubjectPublicKeyInfo, as a caller gave it. Throws `malformed`
 * with field `key`, also for a private key: whoever sends one away has lost it.
 */
export async function readAttestedKey(given: JsonObject | Uint8Array): Promise<AttestedKey> {
  const key = given instanceof Uint8Array ? keyOfSpki(given) : keyOfJwk(given);
  const spki = key.export({ format: 'der', type: 'spki' });
  if (given instanceof Uint8Array && !equalBytes(given, spki)) throw wrong('the SubjectPublicKeyInfo is not in DER');
  const spkiSha256 = createHash('sha256').update(spki).digest('hex');
  // Node writes each number at its full length: one key has one thumbprint, however the caller wrote it.
  return { spkiSha256, jkt: await calculateJwkThumbprint(jwkOf(key)) };
}

/** Whether the verdict's evidence is about this key: a bound statement names it. */
export function isBound({ spkiSha256 }: AttestedKey, { layers, claims }: Verdict): boolean {
  const keys: readonly ClaimedKey[] = claims?.keys ?? [];
  return layers.authentic === 'pass' && layers.bound === 'pass' && keys.some((key) => key.spkiSha256 === spkiSha256);
}

function keyOfSpki(der: Uint8Array): KeyObject {
  if (der.length > MAX_SPKI) throw wrong(`${der.length} bytes exceed ${MAX_SPKI}`);
  return imported(() => createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }));
}

function keyOfJwk(jwk: JsonObject): KeyObject {
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) {
    throw wrong('it has private members; send the public key alone, and make a new pair: this one is known here now');
  }
  const { kty } = jwk;
  const names = typeof kty === 'string' && Object.hasOwn(PUBLIC_MEMBERS, kty) ? PUBLIC_MEMBERS[kty] : undefined;
  if (typeof kty !== 'string' || names === undefined) throw wrong('kty: expected EC, OKP or RSA');
  const key: JsonWebKey = { kty };
  for (const name of names) {
    const value = Object.hasOwn(jwk, name) ? jwk[name] : undefined;
    if (typeof value !== 'string' || value.length > MAX_MEMBER || !/^[A-Za-z0-9_-]+$/.test(value)) {
      throw wrong(`${name}: expected base64url or a name, of at most ${MAX_MEMBER} characters`);
    }
    key[name] = value;
  }
  return imported(() => createPublicKey({ key, format: 'jwk' }));
}

function jwkOf(key: KeyObject): JsonWebKey {
  return imported(() => key.export({ format: 'jwk' }));
}

function imported<T>(make: () => T): T {
  try {
    return make();
  } catch {
    throw wrong('it is no public key of a kind that has a JWK');
  }
}

function wrong(what: string): AssayError {
  return new AssayError('malformed', `key: ${what}; give the attested public key as JWK`, { field: 'key' });
}
