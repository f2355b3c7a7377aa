import { hkdfSync, verify } from 'node:crypto';
import { toHex, utf8 } from '@assay/verify/codec';
import { SecretKey } from '@chainsafe/blst';
import { describe, expect, test } from 'vitest';
import { deriveBlsKey, deriveBytes, deriveEd25519Key, ed25519Key } from './derive.ts';

const material = Uint8Array.from({ length: 32 }, (_, index) => index);
const path = { purpose: 'user', label: 'alice' };
const personal = { salt: utf8('salt'), userSecret: new Uint8Array(32).fill(9) };
const keyOf = (...given: Parameters<typeof deriveBlsKey>): string => toHex(deriveBlsKey(...given).key.publicKey);

describe('keys of a TEE', () => {
  test('are EIP-2333 of HKDF-SHA256 under their path, with the user secret before the salt', () => {
    const salt = Uint8Array.of(0, 32, ...personal.userSecret, ...personal.salt);
    const seed = hkdfSync('sha256', material, salt, 'assay/tracker/v1/user/alice', 32);
    const secret = SecretKey.deriveMasterEip2333(new Uint8Array(seed)).toBytes();
    expect(deriveBlsKey(material, path, personal).secretKey).toEqual(secret);
  });

  test('EIP-2333 is what its own test vector says', () => {
    const seed =
      'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04';
    const master = SecretKey.deriveMasterEip2333(Buffer.from(seed, 'hex')).toBytes();
    expect(BigInt(`0x${toHex(master)}`)).toBe(
      6083874454709270928345386274498605044986640685124978867557563392430687146096n,
    );
  });

  test('are the same ones each time, and others for another path, salt, user secret or TEE', () => {
    expect(keyOf(material, path, personal)).toBe(keyOf(material, path, personal));
    const keys = [
      keyOf(material, path, personal),
      keyOf(material, path),
      keyOf(material, { ...path, purpose: 'ledger' }, personal),
      keyOf(material, { ...path, label: 'bob' }, personal),
      keyOf(material, path, { ...personal, salt: utf8('other') }),
      keyOf(material, path, { ...personal, userSecret: new Uint8Array(32) }),
      // The end of the secret is not the beginning of the salt.
      keyOf(material, path, { salt: Uint8Array.of(9, ...personal.salt), userSecret: new Uint8Array(31).fill(9) }),
      keyOf(new Uint8Array(32), path, personal),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each([
    ['material', () => deriveBytes(new Uint8Array(31), path)],
    ['purpose', () => deriveBytes(material, { ...path, purpose: 'a/b' })],
    ['label', () => deriveBytes(material, { ...path, label: '' })],
    ['salt', () => deriveBytes(material, path, { ...personal, salt: new Uint8Array(1_025) })],
    ['userSecret', () => deriveBytes(material, path, { ...personal, userSecret: new Uint8Array(15) })],
    ['seed', () => ed25519Key(new Uint8Array(31))],
  ])('are not made of a wrong %s', (field, derive) => {
    expect(derive).toThrow(expect.objectContaining({ code: 'usage', details: { field } }));
  });

  test('for Ed25519 sign', () => {
    const key = deriveEd25519Key(material, { purpose: 'ledger', label: 'tracker_instance_1' });
    // The first known answer of RFC 8032 section 7.1, so that a seed is a seed.
    const known = ed25519Key(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'));
    expect(known.export({ format: 'jwk' }).x).toBe('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo');
    expect(key.asymmetricKeyType).toBe('ed25519');
    expect(verify(null, utf8('x'), known, new Uint8Array(64))).toBe(false);
  });
});
