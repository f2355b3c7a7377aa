import type { KeySource } from '@assay/attest';
import { toHex, utf8 } from '@assay/verify/codec';
import { deriveBlsKey } from '../bls/derive.ts';
import type { BlsKeyPair } from '../bls/key.ts';

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

/** Keys that a TEE derived, and for whom: deriving takes time, and so each is derived once. */
export interface DerivedKeys {
  /** The key of a user and a salt. Throws what the source throws. */
  readonly of: (keys: KeySource, user: string | undefined, salt: string) => Promise<BlsKeyPair>;
  /** Whether this key was derived for the user, or for nobody in particular. */
  readonly has: (publicKey: Uint8Array, user: string) => boolean;
}

/** Holds so many keys in memory; the one asked for longest ago goes first. */
export function createDerivedKeys(most: number): DerivedKeys {
  const pairs = new Map<string, BlsKeyPair>();
  const users = new Map<string, string | undefined>();
  return {
    of: async (keys, user, salt) => {
      const wish = JSON.stringify([user ?? null, salt]);
      const pair = pairs.get(wish) ?? (await derivedKeyPair(keys, user, salt));
      pairs.delete(wish);
      pairs.set(wish, pair);
      users.set(toHex(pair.key.publicKey), user);
      const [oldest] = pairs;
      if (pairs.size > most && oldest !== undefined) {
        pairs.delete(oldest[0]);
        users.delete(toHex(oldest[1].key.publicKey));
      }
      return pair;
    },
    has: (publicKey, user) => {
      const name = toHex(publicKey);
      return users.has(name) && [user, undefined].includes(users.get(name));
    },
  };
}

/**
 * By EIP-2333. The TEE has a secret for each user, which salts are mixed with: whoever knows a salt knows nothing, and no
 * user gets another one's key.
 */
async function derivedKeyPair(keys: KeySource, user: string | undefined, salt: string): Promise<BlsKeyPair> {
  const label = user === undefined ? 'nobody' : `user:${user}`;
  const { key: material } = await keys.derive('tracker/user-keys');
  const { key: userSecret } = await keys.derive(`tracker/user-secret/${label}`);
  try {
    return deriveBlsKey(material, { purpose: 'user', label }, { salt: utf8(salt), userSecret });
  } finally {
    material.fill(0);
    userSecret.fill(0);
  }
}
