import { inspect } from 'node:util';
import { fromHex, toHex, utf8 } from '@assay/verify/codec';
import { aggregatePublicKeys, fastAggregateVerify, PublicKey } from '@chainsafe/blst';
import { describe, expect, test } from 'vitest';
import { CIPHERSUITE } from './ciphersuite.ts';
import { type BlsKey, blsKey, blsKeyPair } from './key.ts';
import { parsePublicKey, parseSignature } from './points.ts';
import { aggregate, verifyAggregate, verifyBls, verifyEach } from './verify.ts';

const keyOf = (byte: number): BlsKey => blsKeyPair(new Uint8Array(32).fill(byte)).key;
const message = utf8('a message');

describe('the ciphersuite', () => {
  test('is the one of proofs of possession: a known answer of another implementation under that tag', () => {
    expect(CIPHERSUITE).toBe('BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_');
    const key = blsKey(new Uint8Array(32).fill(7));
    expect(toHex(key.publicKey)).toBe(
      'a4cafe0e4602bb74340d45b931591034894f6be4aae24c4e80931d622636bb4da64804903072c655995b423113f41705',
    );
    expect(toHex(key.sign(utf8('assay')))).toBe(
      '8b81318a12568ae564ed2882199d76926303f4857af2c314963514b477b07eb5bf7743dc0984bd012ad86ce4d248b9420a03eb623c05b0ec1d9e789644b91e143ff1e5f6f02faec49839288a5d6ef55499f6d88f4f40688b9c0a417bbd16f7a6',
    );
  });
});

describe('keys', () => {
  test('show their secret nowhere: not printed, not as JSON, not in errors', () => {
    const { key, secretKey } = blsKeyPair(new Uint8Array(32).fill(3));
    expect(inspect(key, { depth: 10, showHidden: true })).not.toContain(toHex(secretKey));
    expect(Object.keys(key)).toEqual(['publicKey', 'sign']);
    const wrong = new Uint8Array(32).fill(255);
    expect(() => blsKey(wrong)).toThrow(/^private_key: out of range; expected 32 bytes/);
    expect(() => blsKey(wrong)).not.toThrow(/ff|255/);
  });

  test.each([0, 31, 33])('of %i bytes are refused', (length) => {
    expect(() => blsKey(new Uint8Array(length))).toThrow(/^private_key: \d+ bytes/);
  });

  test('zero is none', () => {
    expect(() => blsKey(new Uint8Array(32))).toThrow(/^private_key: out of range/);
  });

  test('come from 32 random bytes at least', () => {
    expect(() => blsKeyPair(new Uint8Array(31))).toThrow(/^ikm: 31 bytes/);
  });
});

describe('points', () => {
  /** On the curve with x = 4 of G1, and outside of the subgroup. */
  const OUTSIDE = fromHex(`a0${'00'.repeat(46)}04`);
  const infinity = (length: number): Uint8Array => Uint8Array.of(0xc0, ...new Uint8Array(length - 1));

  test.each([
    ['infinity', infinity(48)],
    ['a point outside of the subgroup', OUTSIDE],
    ['no point', new Uint8Array(48)],
    ['an uncompressed key', PublicKey.fromBytes(keyOf(1).publicKey).toBytes(false)],
    ['nothing', new Uint8Array()],
  ])('a key that is %s is malformed', (_, bytes) => {
    expect(() => parsePublicKey(bytes, 'public_key')).toThrow(
      expect.objectContaining({ code: 'malformed', details: { field: 'public_key' } }),
    );
  });

  test('the point outside of the subgroup is on the curve: only the check of the subgroup refuses it', () => {
    expect(PublicKey.fromBytes(OUTSIDE, false).toBytes()).toHaveLength(48);
  });

  test.each([
    ['infinity', infinity(96)],
    ['no point', new Uint8Array(96)],
    ['too short', new Uint8Array(95)],
  ])('a signature that is %s is malformed', (_, bytes) => {
    expect(() => parseSignature(bytes)).toThrow(
      expect.objectContaining({ code: 'malformed', details: { field: 'signature' } }),
    );
  });
});

describe('signatures', () => {
  test('hold for their message and key alone', () => {
    const signature = keyOf(1).sign(message);
    expect(verifyBls(keyOf(1).publicKey, message, signature)).toBe(true);
    expect(verifyBls(keyOf(2).publicKey, message, signature)).toBe(false);
    expect(verifyBls(keyOf(1).publicKey, utf8('another'), signature)).toBe(false);
  });

  test.each([[[]], [[0]], [[4]], [[0, 1, 2, 3, 4]], [[1, 3]]])('judged together, the bad ones are found: %j', (bad) => {
    const items = Array.from({ length: 5 }, (_, index) => {
      const key = keyOf(index + 1);
      const text = utf8(`message ${index}`);
      const signature = parseSignature(key.sign(bad.includes(index) ? message : text));
      return { message: text, publicKey: parsePublicKey(key.publicKey), signature };
    });
    expect(verifyEach(items)).toEqual(items.map((_, index) => !bad.includes(index)));
  });

  test('that cancel each other out in a plain sum are both refused when judged together', () => {
    const [one, other] = [utf8('one'), utf8('other')];
    const key = keyOf(1);
    // Swapped signatures have the right sum.
    const items = [
      { message: one, signature: key.sign(other) },
      { message: other, signature: key.sign(one) },
    ].map((item) => ({ ...item, publicKey: parsePublicKey(key.publicKey), signature: parseSignature(item.signature) }));
    expect(verifyEach(items)).toEqual([false, false]);
  });

  test('are summed into one, which needs every message', () => {
    const keys = [1, 2, 3].map(keyOf);
    const signed = keys.map(({ publicKey }, index) => ({
      message: utf8(`message ${index}`),
      publicKey: parsePublicKey(publicKey),
    }));
    const sum = parseSignature(aggregate(keys.map((key, index) => key.sign(utf8(`message ${index}`)))));
    expect(verifyAggregate(signed, sum)).toBe(true);
    expect(verifyAggregate(signed.slice(1), sum)).toBe(false);
    expect(() => aggregate([])).toThrow(/^signatures: none/);
  });
});

describe('a rogue key', () => {
  const victim = keyOf(1);
  const attacker = keyOf(66);
  /** The attacker's point less the victim's: nobody knows its secret. */
  const rogue = ((): Uint8Array => {
    const negated = new Uint8Array(victim.publicKey);
    // The sign of a compressed point is one bit.
    negated[0] = (negated[0] ?? 0) ^ 0x20;
    return aggregatePublicKeys(
      [attacker.publicKey, negated].map((bytes) => PublicKey.fromBytes(bytes, true)),
    ).toBytes();
  })();

  test('is real: without proofs of possession, a victim "signs" what it never saw', () => {
    const keys = [rogue, victim.publicKey].map((bytes) => parsePublicKey(bytes));
    expect(fastAggregateVerify(message, keys, parseSignature(attacker.sign(message)))).toBe(true);
  });

  test('has no signature of its own, neither by the attacker nor by the victim', () => {
    for (const key of [attacker, victim]) expect(verifyBls(rogue, message, key.sign(message))).toBe(false);
  });

  test('speaks for nobody when messages name their signer', () => {
    const signed = [rogue, victim.publicKey].map((bytes) => ({
      message: Uint8Array.of(...bytes, ...message),
      publicKey: parsePublicKey(bytes),
    }));
    for (const { message: named } of signed) {
      expect(verifyAggregate(signed, parseSignature(attacker.sign(named)))).toBe(false);
    }
  });
});
