import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { Subject } from './ratio.ts';

/**
 * The bare cryptography below a verification: so many keys imported and so many P-256 checks made with them, nothing
 * else. Messages have the length of a TD report.
 */
export function floor(verifications: number, imports: number): Subject {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' });
  const message = new Uint8Array(632);
  const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    run() {
      const fresh = Array.from({ length: imports }, () => createPublicKey({ key, format: 'der', type: 'spki' }));
      for (let i = 0; i < verifications; i += 1) {
        const options = { key: fresh[i % imports] ?? publicKey, dsaEncoding: 'ieee-p1363' } as const;
        if (!verify('sha256', message, options, signature)) throw new Error('floor');
      }
    },
  };
}
