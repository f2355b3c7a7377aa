import { p256 } from '@noble/curves/nist.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multipleInJavaScript, signDeterministically } from './rfc6979.ts';

// RFC 6979, appendix A.2.5, with SHA-256.
const SECRET = hexToBytes('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721');
test.each([
  [
    'sample',
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
    'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  ],
  [
    'test',
    'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
    '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
  ],
])('RFC 6979, appendix A.2.5: "%s"', (message, r, s) => {
  expect(bytesToHex(signDeterministically(utf8ToBytes(message), SECRET))).toBe(r + s);
  expect(bytesToHex(signDeterministically(utf8ToBytes(message), SECRET, multipleInJavaScript))).toBe(r + s);
});

test('signatures are those of the other implementation, whatever the message and the secret', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 48, maxLength: 48 }), (message, seed) => {
      const secret = p256.utils.randomSecretKey(seed);
      const expected = bytesToHex(p256.sign(message, secret, { lowS: false }));
      expect(bytesToHex(signDeterministically(message, secret))).toBe(expected);
    }),
    { numRuns: 60 },
  );
});

test('a nonce that gives no signature is followed by the next one', () => {
  let calls = 0;
  const zeroFirst = (scalar: Uint8Array): Uint8Array => {
    calls += 1;
    return calls === 1 ? new Uint8Array(32) : multipleInJavaScript(scalar);
  };
  const message = utf8ToBytes('sample');
  const signature = signDeterministically(message, SECRET, zeroFirst);
  expect(calls).toBe(2);
  expect(bytesToHex(signature)).not.toBe(bytesToHex(signDeterministically(message, SECRET)));
  expect(p256.verify(signature, message, p256.getPublicKey(SECRET), { lowS: false })).toBe(true);
});
