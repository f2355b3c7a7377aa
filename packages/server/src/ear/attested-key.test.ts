import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AssayError } from '@assay/verify';
import type { Json, JsonObject } from '@assay/verify/codec';
import fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test } from 'vitest';
import { newWorkloadKey } from '../../../../tools/ear-in-tests.ts';
import { readAttestedKey } from './attested-key.ts';

/** A key object's JWK, its public members or all. */
const jwkOf = (key: KeyObject): JsonObject => {
  const members = Object.entries(key.export({ format: 'jwk' }));
  return Object.fromEntries(members.map(([name, value]) => [name, String(value)]));
};
const refused = (field: RegExp) => ({
  code: 'malformed',
  details: { field: 'key' },
  message: expect.stringMatching(field),
});

describe('a key is read from JWK and from SubjectPublicKeyInfo alike', () => {
  test.each([
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['X25519', generateKeyPairSync('x25519')],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ])('%s', async (_, { publicKey }) => {
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const expected = {
      spkiSha256: createHash('sha256').update(spki).digest('hex'),
      jkt: await calculateJwkThumbprint(publicKey.export({ format: 'jwk' })),
    };
    expect(await readAttestedKey(spki)).toEqual(expected);
    expect(await readAttestedKey(jwkOf(publicKey))).toEqual(expected);
  });

  test('RFC 7638 section 3.1: the thumbprint of its example', async () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs' +
      'tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const { jkt } = await readAttestedKey({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' });
    expect(jkt).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });
});

describe('a key is refused', () => {
  const { jwk, spki } = newWorkloadKey();
  const { kty = '', crv = '', x = '', y = '' } = jwk;
  const good: JsonObject = { kty, crv, x, y };
  const cases: readonly (readonly [string, RegExp, JsonObject])[] = [
    ['without kty', /kty: expected/, { crv, x, y }],
    ['of a kind that has no public half', /kty: expected/, { kty: 'none' }],
    ['whose kty is a member of every object', /kty: expected/, { kty: 'constructor' }],
    ['that is a secret', /private members/, { kty: 'oct', k: 'AAAA' }],
    ['that is no point of its curve', /no public key/, { ...good, y: x }],
    ['of an unknown curve', /no public key/, { ...good, crv: 'P-999' }],
    ['without y', /y: expected/, { kty, crv, x }],
    ['whose x is a number', /x: expected/, { ...good, x: 7 }],
    ['whose x is padded', /x: expected/, { ...good, x: `${x}=` }],
    ['whose x is endless', /x: expected/, { ...good, x: 'A'.repeat(100_000) }],
    ['whose members are inherited', /kty: expected/, JSON.parse('{"__proto__":{"kty":"EC"}}') as JsonObject],
  ];
  test.each(cases)('%s', async (_, message, key) => {
    await expect(readAttestedKey(key)).rejects.toMatchObject(refused(message));
  });

  test('that is private, without a word of it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const given = jwkOf(privateKey);
    const error: unknown = await readAttestedKey(given).catch((reason: unknown) => reason);
    expect(error).toMatchObject(refused(/private members/));
    expect(String(error)).not.toContain(String(given.d));
  });

  test('whose bytes are more than one key, or not in DER', async () => {
    await expect(readAttestedKey(Uint8Array.of(...spki, 0))).rejects.toMatchObject(refused(/not in DER|no public key/));
    await expect(readAttestedKey(spki.subarray(0, -1))).rejects.toMatchObject(refused(/no public key/));
    await expect(readAttestedKey(new Uint8Array(4096))).rejects.toMatchObject(refused(/exceed 2048/));
    await expect(readAttestedKey(new Uint8Array())).rejects.toMatchObject(refused(/no public key/));
  });

  test('whatever it is, by a word about the key and nothing else', async () => {
    const json = fc.jsonValue() as fc.Arbitrary<Json>;
    const member = fc.constantFrom('kty', 'crv', 'x', 'y', 'n', 'e');
    const value = fc.oneof(fc.constantFrom('EC', 'OKP', 'RSA', 'P-256', 'Ed25519', x, y, 'AQAB', ''), json);
    const given = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.dictionary(member, value));
    await fc.assert(
      fc.asyncProperty(given, async (key) => {
        try {
          expect((await readAttestedKey(key)).jkt).toMatch(/^[A-Za-z0-9_-]{43}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(AssayError);
          expect(error).toMatchObject({ code: 'malformed', details: { field: 'key' } });
        }
      }),
      { numRuns: 300 },
    );
  });
});
