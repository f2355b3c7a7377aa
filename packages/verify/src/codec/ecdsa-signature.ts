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

/** The DER Ecdsa-Sig-Value of r ‖ s, at most 48 bytes each: undefined when the halves are not `size` bytes. */
export function derEcdsaSignature(raw: Uint8Array, size: number): Uint8Array | undefined {
  if (raw.length !== 2 * size) return undefined;
  const der = new Uint8Array(2 * size + 8);
  const middle = writeInteger(der, 2, raw.subarray(0, size));
  const end = writeInteger(der, middle, raw.subarray(size));
  der[0] = TAG.sequence;
  der[1] = end - 2;
  return der.subarray(0, end);
}

/** Writes a DER INTEGER at an offset and returns the offset after it. */
function writeInteger(der: Uint8Array, offset: number, magnitude: Uint8Array): number {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start += 1;
  const sign = (magnitude[start] ?? 0) >= 0x80 ? 1 : 0;
  const length = magnitude.length - start + sign;
  der[offset] = TAG.integer;
  der[offset + 1] = length;
  der.set(magnitude.subarray(start), offset + 2 + sign);
  return offset + 2 + length;
}
