import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto';
import type { Subject } from './ratio.ts';

/**
 * The bare cryptography below a verification: so many P-256 checks and so many imports of a key, nothing else.
 * Messages have the length of a TD report.
 */
export function floor(verifications: number, imports: number): Subject {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' }) as JsonWebKey;
  const message = new Uint8Array(632);
  const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    run() {
      for (let i = 0; i < imports; i += 1) createPublicKey({ key: jwk, format: 'jwk' });
      for (let i = 0; i < verifications; i += 1) {
        if (!verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature))
          throw new Error('floor');
      }
    },
  };
}
