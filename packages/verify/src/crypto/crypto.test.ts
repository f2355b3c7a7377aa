import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digest, implementation, importKey } from '#crypto';
import { concatBytes } from '../codec/bytes.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { ES256, ES384, type KeyMaterial, PS384, RS256, type Scheme, type VerifyKey } from './types.ts';
import * as web from './web.ts';

test('each runtime has the implementation made for it', () => {
  const expected = navigator.userAgent.startsWith('Node.js/') ? 'node' : 'web';
  expect(navigator.userAgent).toMatch(/^Node\.js\/|Chrom|^Cloudflare-Workers$/);
  expect(implementation).toBe(expected);
  expect(web.implementation).toBe('web');
});

const SAMPLE = utf8('sample');

/** RFC 6979, appendix A.2.5 and A.2.6: the message `sample`. */
const EC = [
  {
    name: 'P-256',
    scheme: ES256,
    x: '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
    y: '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    r: 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
    s: 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    order: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  },
  {
    name: 'P-384',
    scheme: ES384,
    x: 'ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13',
    y: '8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720',
    r: '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46',
    s: '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
    order: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  },
] as const;

const ec = (curve: 'P-256' | 'P-384', point: Uint8Array): KeyMaterial => ({ kind: 'ec', curve, point });
const pointOf = (x: string, y: string): Uint8Array => fromHex(`04${x}${y}`);

/** The same key, whichever way it is imported; throws where there is none. */
async function ready(key: VerifyKey | undefined | Promise<VerifyKey | undefined>): Promise<VerifyKey> {
  const value = await key;
  if (value === undefined) throw new Error('no key');
  return value;
}

describe.each([
  ['the implementation chosen', { digest, importKey }],
  ['WebCrypto', web],
] as const)('%s', (_name, crypto) => {
  test.each([
    ['SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['SHA-384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'SHA-512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ] as const)('%s of abc (FIPS 180), as plain bytes', async (name, expected) => {
    const hash = await crypto.digest(name, utf8('abc'));
    expect(toHex(hash)).toBe(expected);
    expect(Object.getPrototypeOf(hash)).toBe(Uint8Array.prototype);
  });

  test('hashes a view, not the buffer under it', async () => {
    const whole = utf8('--abc--');
    expect(toHex(await crypto.digest('SHA-256', whole.subarray(2, 5)))).toMatch(/^ba7816bf/);
  });

  describe.each(EC)('ECDSA $name', ({ name, scheme, x, y, r, s, order }) => {
    const import_ = () => ready(crypto.importKey(ec(name, pointOf(x, y)), scheme));

    test('accepts the published signature, from views too', async () => {
      const key = await import_();
      expect(await key.verify(fromHex(r + s), SAMPLE)).toBe(true);
      expect(await key.verify(fromHex(`ff${r}${s}ff`).subarray(1, -1), utf8('.sample.').subarray(1, -1))).toBe(true);
    });

    test('refuses any other message and any flipped bit', async () => {
      const key = await import_();
      expect(await key.verify(fromHex(r + s), utf8('sampl'))).toBe(false);
      const length = (r.length + s.length) / 2;
      await fc.assert(
        fc.asyncProperty(fc.nat(8 * length - 1), async (bit) => {
          const signature = fromHex(r + s);
          signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(await key.verify(signature, SAMPLE)).toBe(false);
        }),
        { numRuns: 40 },
      );
    });

    test('refuses numbers out of range: 0, the order, beyond', async () => {
      const key = await import_();
      const zero = '00'.repeat(r.length / 2);
      const most = 'ff'.repeat(r.length / 2);
      for (const [one, two] of [
        [zero, zero],
        [zero, s],
        [r, zero],
        [order, s],
        [r, order],
        [most, most],
      ] as const) {
        expect(await key.verify(fromHex(one + two), SAMPLE)).toBe(false);
      }
    });

    test('refuses signatures of other lengths and forms', async () => {
      const key = await import_();
      const der = concatBytes(
        Uint8Array.of(0x30, r.length + 6, 2, r.length / 2 + 1, 0),
        fromHex(r),
        Uint8Array.of(2, s.length / 2 + 1, 0),
        fromHex(s),
      );
      for (const signature of [fromHex(''), fromHex(r), fromHex(`${r}${s}00`), fromHex((r + s).slice(2)), der]) {
        expect(await key.verify(signature, SAMPLE)).toBe(false);
      }
    });

    test('a point off the curve, at infinity, in another form or of another length is no key', async () => {
      const off = fromHex(`04${x}${y}`);
      off[off.length - 1] = (off[off.length - 1] ?? 0) ^ 1;
      const zero = '00'.repeat(x.length / 2);
      const high = 'ff'.repeat(x.length / 2);
      const points = [
        off,
        pointOf(zero, zero),
        pointOf(high, high),
        fromHex('00'),
        fromHex(''),
        fromHex(`06${x}${y}`),
        fromHex(`02${x}`),
        fromHex(`04${x}${y}00`),
        fromHex(`04${x}`),
      ];
      for (const point of points) expect(await crypto.importKey(ec(name, point), scheme)).toBeUndefined();
    });

    test('a key for another curve or of another kind is none', async () => {
      const other = name === 'P-256' ? ES384 : ES256;
      expect(await crypto.importKey(ec(name, pointOf(x, y)), other)).toBeUndefined();
      expect(await crypto.importKey(ec(name, pointOf(x, y)), PS384)).toBeUndefined();
      expect(await crypto.importKey({ kind: 'rsa', raw: pointOf(x, y) }, scheme)).toBeUndefined();
    });
  });

  describe.each([
    ['RSASSA-PKCS1-v1_5', RS256, 'SHA-256', undefined],
    ['RSA-PSS', PS384, 'SHA-384', 48],
  ] as const)('%s', (algorithm, scheme, hash, saltLength) => {
    const pair = globalThis.crypto.subtle.generateKey(
      { name: algorithm, hash, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
      true,
      ['sign', 'verify'],
    );
    const sign = async (salt = saltLength): Promise<Uint8Array> => {
      const parameters = salt === undefined ? { name: algorithm } : { name: algorithm, saltLength: salt };
      return new Uint8Array(
        await globalThis.crypto.subtle.sign(parameters, (await pair).privateKey, SAMPLE as Uint8Array<ArrayBuffer>),
      );
    };
    const otherScheme = scheme === RS256 ? PS384 : RS256;
    const import_ = async (as: Scheme = scheme) => {
      const spki = await globalThis.crypto.subtle.exportKey('spki', (await pair).publicKey);
      return crypto.importKey({ kind: 'rsa', raw: new Uint8Array(spki) }, as);
    };

    test('accepts its signature and refuses other messages, bits, lengths', async () => {
      const key = await ready(import_());
      const signature = await sign();
      expect(await key.verify(signature, SAMPLE)).toBe(true);
      expect(await key.verify(signature, utf8('sampl'))).toBe(false);
      for (const bit of [0, 7, 1000, 2047]) {
        const flipped = signature.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await key.verify(flipped, SAMPLE)).toBe(false);
      }
      const wrong = [
        signature.subarray(1),
        concatBytes(signature, Uint8Array.of(0)),
        concatBytes(Uint8Array.of(0), signature),
        new Uint8Array(256),
        new Uint8Array(256).fill(255),
        new Uint8Array(),
      ];
      for (const other of wrong) expect(await key.verify(other, SAMPLE)).toBe(false);
    });

    test('refuses the other scheme, and salt of another length', async () => {
      const other = await ready(import_(otherScheme));
      expect(await other.verify(await sign(), SAMPLE)).toBe(false);
      if (saltLength === undefined) return;
      const key = await ready(import_());
      for (const salt of [0, 32]) expect(await key.verify(await sign(salt as 48), SAMPLE)).toBe(false);
    });

    test('bytes that are no key are none', async () => {
      expect(await import_(ES256)).toBeUndefined();
      for (const raw of [new Uint8Array(), fromHex('3000'), new Uint8Array(300)]) {
        expect(await crypto.importKey({ kind: 'rsa', raw }, scheme)).toBeUndefined();
      }
    });
  });
});
