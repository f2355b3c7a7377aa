import { hkdfSync } from 'node:crypto';
import { utf8 } from '@assay/verify/codec';
import { usage } from '../failure.ts';
import type { KeySource } from './key-source.ts';

const LABEL = 'assay/software-key/1\0';
/** 32 bytes of secret for keys of 32 bytes; more than 1024 bytes of label and purpose HKDF does not take. */
const MIN_SECRET = 32;
const MAX_PURPOSE = 512;

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
    hardware: false,
    async derive(purpose, signal) {
      signal?.throwIfAborted();
      // Halves of surrogate pairs all have the same UTF-8: two purposes would have one key.
      const info = typeof purpose === 'string' && purpose.isWellFormed() ? utf8(purpose) : new Uint8Array();
      if (info.length === 0 || info.length > MAX_PURPOSE)
        throw usage(`purpose: expected text of 1 to ${MAX_PURPOSE} bytes`, 'purpose');
      const key = hkdfSync('sha256', kept, new Uint8Array(), utf8(`${LABEL}${purpose}`), 32);
      return { key: new Uint8Array(key), signatureChain: [] };
    },
  };
}
