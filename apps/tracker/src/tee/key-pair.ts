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

/**
 * The key of a user and a salt (EIP-2333). The TEE has a secret for each user, which salts are mixed with: whoever knows a
 * salt knows nothing, and no user gets another one's key. Throws what the source throws.
 */
export async function derivedKeyPair(keys: KeySource, user: string | undefined, salt: string): Promise<BlsKeyPair> {
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
