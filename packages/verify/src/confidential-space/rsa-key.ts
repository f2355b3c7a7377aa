import { toBase64Url } from '../codec/base64.ts';
import { concatBytes } from '../codec/bytes.ts';
import { childrenOf, expectTag, readWholeDer, TAG } from '../codec/der.ts';
import { bitStringBytesOf, unsignedOf } from '../codec/der-values.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import type { PublicKeyInfo } from '../codec/public-key.ts';
import { utf8 } from '../codec/text.ts';
import { hashOf } from '../crypto/hash.ts';
import { malformed } from '../errors.ts';

/** An RSA public key with the exponent 65537, of 2048 to 4096 bits. */
export interface RsaKey {
  /** Big endian, without leading zeros. */
  readonly modulus: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const EXPONENT = '010001';
/** AlgorithmIdentifier rsaEncryption with NULL parameters. */
const RSA_ENCRYPTION = '300d06092a864886f70d0101010500';

/** The RSA key of a certificate. Throws `malformed` for other kinds, sizes and exponents, naming `what`. */
export function rsaKeyOf(key: PublicKeyInfo, what: string): RsaKey {
  if (key.kind !== 'rsa') throw malformed(`${what}: not an RSA key`, { field: what });
  const spki = expectTag(readWholeDer(key.raw, what), TAG.sequence, what);
  const bits = bitStringBytesOf(childrenOf(spki, 2)[1], what);
  const [n, e, ...rest] = childrenOf(expectTag(readWholeDer(bits, what), TAG.sequence, what), 3);
  if (rest.length > 0) throw malformed(`${what}: malformed RSA key`, { field: what });
  return { modulus: judged(unsignedOf(n, what), unsignedOf(e, what), what), spki: key.raw };
}

/** The RSA key of a modulus and an exponent, as in a JSON Web Key. Throws `malformed` as above. */
export function rsaKeyFrom(modulus: Uint8Array, exponent: Uint8Array, what: string): RsaKey {
  const n = judged(modulus, exponent, what);
  const sign = (n[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  const key = element(TAG.sequence, element(TAG.integer, sign, n), element(TAG.integer, fromHex(EXPONENT)));
  return {
    modulus: n,
    spki: element(TAG.sequence, fromHex(RSA_ENCRYPTION), element(TAG.bitString, Uint8Array.of(0), key)),
  };
}

/** The key's thumbprint (RFC 7638, SHA-256) in base64url. */
export async function thumbprint({ modulus }: RsaKey): Promise<string> {
  const members = `{"e":"${toBase64Url(fromHex(EXPONENT))}","kty":"RSA","n":"${toBase64Url(modulus)}"}`;
  return toBase64Url(await hashOf('SHA-256', utf8(members)));
}

/** One range for all runtimes: they differ in which odd keys they import. */
function judged(modulus: Uint8Array, exponent: Uint8Array, what: string): Uint8Array {
  const [first = 0] = modulus;
  const odd = ((modulus.at(-1) ?? 0) & 1) === 1;
  if (modulus.length < 256 || modulus.length > 512 || first < 0x80 || !odd || toHex(exponent) !== EXPONENT) {
    throw malformed(`${what}: expected an RSA key of 2048 to 4096 bits with exponent 65537`, { field: what });
  }
  return modulus;
}

/** One DER element of at most 64 kB. */
function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...head), content);
}
