import { malformed } from '../errors.ts';
import { childrenOf, expectTag, readWholeDer, TAG } from './der.ts';
import { unsignedOf } from './der-values.ts';

/** r ‖ s, each `size` bytes, of a DER Ecdsa-Sig-Value (RFC 3279 section 2.2.3). Whether 1 ≤ r,s < n is the verifier's. */
export function rawEcdsaSignature(der: Uint8Array, size: number): Uint8Array {
  const parts = childrenOf(expectTag(readWholeDer(der, 'signature'), TAG.sequence, 'signature'), 2);
  if (parts.length !== 2) throw malformed('signature: expected r and s');
  const raw = new Uint8Array(2 * size);
  parts.forEach((part, index) => {
    const value = unsignedOf(part, 'signature');
    if (value.length > size) throw malformed(`signature: number longer than ${size} bytes`);
    raw.set(value, (index + 1) * size - value.length);
  });
  return raw;
}
