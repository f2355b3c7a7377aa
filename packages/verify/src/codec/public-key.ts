import { malformed } from '../errors.ts';
import { childrenOf, contentsOf, type Der, encodingOf, expectTag, readWholeDer, TAG } from './der.ts';
import { bitStringBytesOf, oidOf, smallIntegerOf, unsignedOf } from './der-values.ts';

/** A SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) of a kind that the vendors use. */
export type PublicKeyInfo =
  | {
      readonly kind: 'ec';
      readonly curve: 'P-256' | 'P-384';
      readonly raw: Uint8Array /** 04 ‖ x ‖ y */;
      readonly point: Uint8Array;
    }
  | { readonly kind: 'rsa'; readonly raw: Uint8Array };

const CURVES: Readonly<Record<string, { readonly curve: 'P-256' | 'P-384'; readonly size: number }>> = {
  '1.2.840.10045.3.1.7': { curve: 'P-256', size: 65 },
  '1.3.132.0.34': { curve: 'P-384', size: 97 },
};

/** Parses a key: P-256 or P-384 as an uncompressed point, or RSA of 2048 to 4096 bits. Whether the point is on its curve shows at import. */
export function parsePublicKey(element: Der | undefined, what: string): PublicKeyInfo {
  const sequence = expectTag(element, TAG.sequence, what);
  const [algorithm, key, ...rest] = childrenOf(sequence, 3);
  const [type, parameters] = childrenOf(expectTag(algorithm, TAG.sequence, what), 2);
  if (rest.length > 0) throw malformed(`${what}: malformed key`);
  const raw = encodingOf(sequence);
  const oid = oidOf(type, what);
  const bits = bitStringBytesOf(key, what);
  if (oid === '1.2.840.113549.1.1.1') {
    if (contentsOf(expectTag(parameters, TAG.null, what)).length > 0) throw malformed(`${what}: malformed NULL`);
    requireCommonRsa(bits, what);
    return { kind: 'rsa', raw };
  }
  const named = oid === '1.2.840.10045.2.1' ? CURVES[oidOf(parameters, what)] : undefined;
  if (named === undefined) throw malformed(`${what}: unsupported key algorithm ${oid}`, { field: what });
  if (bits.length !== named.size || bits[0] !== 4) throw malformed(`${what}: not an uncompressed ${named.curve} point`);
  return { kind: 'ec', curve: named.curve, raw, point: bits };
}

/** One range for all runtimes, which differ in what they import; large numbers would also make checking slow. */
function requireCommonRsa(bits: Uint8Array, what: string): void {
  const parts = childrenOf(expectTag(readWholeDer(bits, what), TAG.sequence, what), 2);
  const modulus = unsignedOf(parts[0], what);
  const [first = 0, last = 0] = [modulus[0], modulus.at(-1)];
  const common = modulus.length >= 256 && modulus.length <= 512 && first >= 0x80 && last % 2 === 1;
  if (!common || smallIntegerOf(parts[1], what) !== 65_537) {
    throw malformed(`${what}: expected an RSA key of 2048 to 4096 bits with exponent 65537`, { field: what });
  }
}
