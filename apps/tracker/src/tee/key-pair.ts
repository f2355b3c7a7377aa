import { createHash, hkdfSync } from 'node:crypto';
import type { KeySource } from '@assay/attest';
import { toHex, utf8 } from '@assay/verify/codec';
import { SecretKey } from '@chainsafe/blst';

/** A BLS key pair: of the TEE's key, or ordinary. */
export interface TEEKeyPair {
  /** 32 bytes, big endian. Secret: never log it. */
  readonly privateKey: Uint8Array;
  /** 48 bytes, compressed. */
  readonly publicKey: Uint8Array;
  /** Whether the TEE can derive it again. */
  readonly teeDerived: boolean;
  readonly derivationTimeMs: number;
  /** The same salt gives the same key; null where the key was drawn at random. */
  readonly salt: string | null;
}

/** Bytes of a key pair. */
export type KeyPairBytes = Pick<TEEKeyPair, 'privateKey' | 'publicKey'>;

/** The key of a seed of 32 bytes or more: the master key of EIP-2333. */
export function keyPairOf(seed: Uint8Array): KeyPairBytes {
  const secret = SecretKey.deriveMasterEip2333(seed);
  return { privateKey: secret.toBytes(), publicKey: secret.toPublicKey().toBytes() };
}

/**
 * The key of a user and a salt. The TEE has a secret for each user; salts are mixed with it, so that whoever knows a salt
 * knows nothing, and no user gets another one's key. HKDF-SHA256 with the salt, and "assay/tracker-user-key/1" as info.
 */
export async function derivedKeyPair(keys: KeySource, user: string | undefined, salt: string): Promise<KeyPairBytes> {
  const whose = user === undefined ? 'nobody' : createHash('sha256').update(user, 'utf8').digest('hex');
  const { key: secret } = await keys.derive(`tracker/user-secret/1/${whose}`);
  const seed = new Uint8Array(hkdfSync('sha256', secret, utf8(salt), 'assay/tracker-user-key/1', 32));
  try {
    return keyPairOf(seed);
  } finally {
    seed.fill(0);
    secret.fill(0);
  }
}

/** Public keys that a TEE derived, and for whom. */
export interface DerivedKeys {
  readonly add: (publicKey: Uint8Array, user: string | undefined) => void;
  /** Whether this key was derived for the user, or for nobody in particular. */
  readonly has: (publicKey: Uint8Array, user: string) => boolean;
}

/** Remembers so many keys. */
export function createDerivedKeys(most: number): DerivedKeys {
  const users = new Map<string, string | undefined>();
  return {
    add: (publicKey, user) => {
      const name = toHex(publicKey);
      users.delete(name);
      users.set(name, user);
      const [oldest] = users.keys();
      if (users.size > most && oldest !== undefined) users.delete(oldest);
    },
    has: (publicKey, user) => {
      const name = toHex(publicKey);
      return users.has(name) && [user, undefined].includes(users.get(name));
    },
  };
}

