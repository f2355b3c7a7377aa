import { p256 } from '@noble/curves/nist.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

const { Fn } = p256.Point;

/** Multiplies the generator of P-256 by a scalar (32 bytes, not zero, below the order): the product's x, 32 bytes. */
export type GeneratorMultiple = (scalar: Uint8Array) => Uint8Array;

/**
 * The signature of a message that is the same each time (ECDSA over P-256 and SHA-256, RFC 6979): r and s, 32 bytes each.
 * `secret` is a scalar of 32 bytes, above zero and below the order. For the keys of test vendors: how long it takes
 * depends on the secret.
 */
export function signDeterministically(
  message: Uint8Array,
  secret: Uint8Array,
  multiple: GeneratorMultiple = fastestMultiple(),
): Uint8Array {
  const key = Fn.fromBytes(secret);
  const hash = Fn.create(bytesToNumberBE(sha256(message)));
  const nextNonce = nonces(concatBytes(secret, Fn.toBytes(hash)));
  for (;;) {
    const bytes = nextNonce();
    const nonce = bytesToNumberBE(bytes);
    if (!Fn.isValidNot0(nonce)) continue;
    const r = Fn.create(bytesToNumberBE(multiple(bytes)));
    const s = Fn.mul(Fn.inv(nonce), Fn.create(hash + r * key));
    if (r !== 0n && s !== 0n) return concatBytes(Fn.toBytes(r), Fn.toBytes(s));
  }
}

/** Candidates for the nonce, one at each call (RFC 6979 section 3.2, steps b to h), of the secret and the hash. */
function nonces(seed: Uint8Array): () => Uint8Array {
  let value = new Uint8Array(32).fill(1);
  let key = new Uint8Array(32);
  const mix = (separator: number, more: Uint8Array): void => {
    key = hmac(sha256, key, concatBytes(value, Uint8Array.of(separator), more));
    value = hmac(sha256, key, value);
  };
  mix(0, seed);
  mix(1, seed);
  let first = true;
  return () => {
    if (!first) mix(0, new Uint8Array());
    first = false;
    value = hmac(sha256, key, value);
    return value;
  };
}

/** In JavaScript, anywhere. */
export function multipleInJavaScript(scalar: Uint8Array): Uint8Array {
  return p256.Point.Fp.toBytes(p256.Point.BASE.multiply(bytesToNumberBE(scalar)).toAffine().x);
}

/** Node's own, which is twenty times faster, where there is Node; not imported, for browsers have no such module. */
function fastestMultiple(): GeneratorMultiple {
  const node: Partial<typeof process> | undefined = globalThis.process;
  const ecdh = node?.getBuiltinModule?.('node:crypto')?.createECDH('prime256v1');
  if (ecdh === undefined) return multipleInJavaScript;
  return (scalar) => {
    ecdh.setPrivateKey(scalar);
    return ecdh.getPublicKey().subarray(1, 33);
  };
}
