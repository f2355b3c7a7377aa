import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RpcError } from '../rpc-error.ts';
import { verify } from './verify.ts';

const SECRET = new Uint8Array(32).fill(5);
const DATA = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
const ORDER = secp256k1.Point.CURVE().n;
const POINT = secp256k1.getPublicKey(SECRET);
const ECDSA = { algorithm: 'secp256k1', data: DATA, signature: secp256k1.sign(DATA, SECRET), publicKey: POINT };
const EDDSA = {
  algorithm: 'ed25519',
  data: DATA,
  signature: ed25519.sign(DATA, SECRET),
  publicKey: ed25519.getPublicKey(SECRET),
};
const hashed = (data: Uint8Array, digest: Uint8Array): Parameters<typeof verify>[0] => ({
  algorithm: 'secp256k1_prehashed',
  data,
  signature: secp256k1.sign(digest, SECRET, { prehash: false }),
  publicKey: POINT,
});
const changed = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, index) => (index === 40 % bytes.length ? byte ^ 1 : byte));

describe('Verify', () => {
  test.each([
    ['secp256k1', ECDSA],
    ['k256, an alias', { ...ECDSA, algorithm: 'k256' }],
    ['secp256k1 with an uncompressed key', { ...ECDSA, publicKey: secp256k1.getPublicKey(SECRET, false) }],
    ['a digest', hashed(DATA, DATA)],
    ['ed25519', EDDSA],
  ])('%s: valid, and not for other data', (_name, request) => {
    expect(verify(request)).toBe(true);
    expect(verify({ ...request, data: changed(request.data) })).toBe(false);
  });

  test('the same signature with high s is well formed and not valid', () => {
    const { r, s } = secp256k1.Signature.fromBytes(ECDSA.signature);
    const signature = new secp256k1.Signature(r, ORDER - s).toBytes();
    expect(verify({ ...ECDSA, signature })).toBe(false);
  });

  test('a shorter digest is filled up on the left, a longer one cut off; below 16 bytes nothing is valid', () => {
    const short = DATA.subarray(0, 16);
    expect(verify(hashed(short, concatBytes(new Uint8Array(16), short)))).toBe(true);
    expect(verify(hashed(concatBytes(DATA, DATA), DATA))).toBe(true);
    const tooShort = DATA.subarray(0, 15);
    expect(verify(hashed(tooShort, concatBytes(new Uint8Array(17), tooShort)))).toBe(false);
  });

  test.each([
    ['a point off the curve', { ...ECDSA, publicKey: hexToBytes(`02${'ff'.repeat(32)}`) }, 'signature error'],
    ['no point', { ...ECDSA, publicKey: new Uint8Array(0) }, 'signature error'],
    ['a signature in DER', { ...ECDSA, signature: secp256k1.sign(DATA, SECRET, { format: 'der' }) }, 'signature error'],
    [
      'r of zero',
      { ...ECDSA, signature: concatBytes(new Uint8Array(32), ECDSA.signature.subarray(32)) },
      'signature error',
    ],
    ['s beyond the order', { ...ECDSA, signature: new Uint8Array(64).fill(0xff) }, 'signature error'],
    ['a short key of ed25519', { ...EDDSA, publicKey: POINT }, 'invalid public key'],
    ['a key off the curve of ed25519', { ...EDDSA, publicKey: new Uint8Array(32).fill(2) }, 'signature error'],
    ['a short signature of ed25519', { ...EDDSA, signature: new Uint8Array(63) }, 'signature error'],
    ['no algorithm', { ...ECDSA, algorithm: '' }, 'Unsupported algorithm'],
    ['another algorithm', { ...ECDSA, algorithm: 'rsa' }, 'Unsupported algorithm'],
  ])('%s is an error, not a verdict', (_name, request, message) => {
    expect(() => verify(request)).toThrow(new RpcError(message));
  });

  test('no bytes are valid, and none crash it', () => {
    const bytes = fc.uint8Array({ maxLength: 70 });
    const exact = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
    const request = fc.record({
      algorithm: fc.constantFrom('ed25519', 'secp256k1', 'secp256k1_prehashed'),
      data: bytes,
      signature: fc.oneof(bytes, exact(64)),
      publicKey: fc.oneof(bytes, exact(32), fc.constant(POINT)),
    });
    fc.assert(
      fc.property(request, (hostile) => {
        try {
          expect(verify(hostile)).toBe(false);
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
        }
      }),
    );
  });
});
