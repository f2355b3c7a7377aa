import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { Subject } from './ratio.ts';

/**
 * The bare cryptography below a verification: so many keys imported, and with them one P-256 check of a message of each
 * length (bytes); nothing else.
 */
export function floor(messages: readonly number[], imports: number): Subject {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' });
  const signed = messages.map((length) => {
    const message = new Uint8Array(length);
    return { message, signature: sign('sha256', message, privateKey) };
  });
  return {
    run() {
      const fresh = Array.from({ length: imports }, () => createPublicKey({ key, format: 'der', type: 'spki' }));
      for (const [index, { message, signature }] of signed.entries()) {
        if (!verify('sha256', message, fresh[index % imports] ?? publicKey, signature)) throw new Error('floor');
      }
    },
  };
}
