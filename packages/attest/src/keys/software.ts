import { hkdfSync } from 'node:crypto';
import { utf8 } from '@assay/verify/codec';
import { usage } from '../failure.ts';
import type { KeySource } from './key-source.ts';
import { checkedPurpose } from './purpose.ts';

const LABEL = 'assay/software-key/1\0';
/** As many bytes as a key has. */
const MIN_SECRET = 32;

/**
 * Keys without a TEE: whoever has the secret has them all. `secret` is at least 32 random bytes; a key is HKDF-SHA256
 * (RFC 5869) of it without salt, with "assay/software-key/1\0" ‖ purpose as info. Throws `usage` for a shorter secret.
 *
 * @example
 * const { key } = await createSoftwareKeys({ secret }).derive('tracker/receipts');
 */
export function createSoftwareKeys({ secret }: { readonly secret: Uint8Array }): KeySource {
  if (!(secret instanceof Uint8Array) || secret.length < MIN_SECRET) {
    const found = secret instanceof Uint8Array ? `${secret.length}` : typeof secret;
    throw usage(`secret: expected at least ${MIN_SECRET} bytes, found ${found}`, 'secret');
  }
  const kept = new Uint8Array(secret);
  return {
    name: 'software',
    async derive(purpose, signal) {
      signal?.throwIfAborted();
      const info = utf8(`${LABEL}${checkedPurpose(purpose)}`);
      const key = hkdfSync('sha256', kept, new Uint8Array(), info, 32);
      return { key: new Uint8Array(key), signatureChain: [] };
    },
  };
}
