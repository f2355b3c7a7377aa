import { hashOf } from '../../crypto/hash.ts';
import { type Profile, padded } from './expectation.ts';

const NONE = new Uint8Array();

/**
 * `teekit`: SHA-256(key) followed by zeros without a nonce (SGX), SHA-512(nonce ‖ key) with one (SNP), and
 * SHA-512(nonce ‖ time ‖ key) with a time too (TDX).
 *
 * Proves that a workload asked for a quote over the server's X25519 key. The nonce is the server's own, so it proves no
 * freshness; and a quote service that quotes any key it is sent proves nothing at all.
 */
export const teekit: Profile = async ({ teekit: seen }) => {
  if (seen === undefined) return { missing: 'subject.teekit was not given' };
  const { publicKey, nonce, issuedAt = NONE } = seen;
  if (nonce === undefined) return { reportData: padded(await hashOf('SHA-256', publicKey)), how: 'SHA-256(key)' };
  const how = issuedAt.length > 0 ? 'SHA-512(nonce ‖ time ‖ key)' : 'SHA-512(nonce ‖ key)';
  return { reportData: await hashOf('SHA-512', nonce, issuedAt, publicKey), how };
};
