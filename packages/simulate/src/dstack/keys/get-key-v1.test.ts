import { verifyKeyChain } from '@assay/verify/dstack';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { parseRelease } from '../release.ts';
import { RpcError } from '../rpc-error.ts';
import { issueAppRoot } from './app-root.ts';
import { getKey } from './get-key.ts';
import { getKeyV1 } from './get-key-v1.ts';
import { publicKeyOf } from './public-key.ts';

const APP_ID = hexToBytes('5bb4ff9a3837357f19dc176407a5709c62eb6c56');
const KMS_ROOT = new Uint8Array(32).fill(0x42);
/** The app root key of the specification's vectors, under a KMS of ours. */
const ROOT = {
  ...issueAppRoot(KMS_ROOT, APP_ID),
  secret: hexToBytes('1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b'),
};

const VECTORS = [
  [
    '',
    'secp256k1',
    '59f60584ce6fd2a3a31997256db9d77322463fc8a6b1520110401bcb1ee92387',
    '0377c7fb050db181d392266a3cee9adb2901c6d665f11bac68be5457f577ba4908',
  ],
  [
    '',
    'ed25519',
    'b023493030669cf22e9cafa6a464d4cf3ae4edfe5474ec796710f21ea011946d',
    'a3dc149fd5b765eab2eb7d3174fa939e39386898f10b15b7b146f6f1358ecf2a',
  ],
  [
    'storage-encryption',
    'secp256k1',
    '5510330f86902ddae38c6d89c93a8408019332c17a429e1abd01c4a28d1544a6',
    '03d962450a41748021c8b02787ac36ce642ff0ae25f4c55019eb527e1112cfd764',
  ],
  [
    'storage-encryption',
    'ed25519',
    '3c4c3ece12fa99ccb93fc0090877f80e70545fdd971e2ac93d3398c4684538d3',
    '2380c4a33a60b60613fa43866421e5b96eb8dcde211317200fd0d41e7e491288',
  ],
  [
    'a/b/c',
    'secp256k1',
    '7f0973449298085d2d36a3b4c4d3243c100ba1981ffa885fe9e9dee883e69538',
    '02e9b1a61b6d70aa9b241753828c316bf90e33e77b2e113f9ba75a8b6dc3cde5c1',
  ],
  [
    'k\0:ey',
    'ed25519',
    '42da8bf0b479ed125c370e3b91f982735bf08ff592abbd586985affa43ee96a1',
    'c833107822b003ff5675b33b90b151d4315c3ab9162b17d876e8dffde41abf9b',
  ],
] as const;

describe('GetKey of API v1', () => {
  test.each(VECTORS)('published vector: domain "%s", %s', (domain, algorithm, key, publicKey) => {
    const answer = getKeyV1(ROOT, { domain, algorithm });
    expect(bytesToHex(answer.key)).toBe(key);
    expect(bytesToHex(answer.publicKey)).toBe(publicKey);
    expect(answer.signatureChain[1]).toEqual(ROOT.link);
  });

  test('the published link over a claim', () => {
    const { signatureChain } = getKeyV1(ROOT, { domain: 'storage-encryption', algorithm: 'secp256k1' });
    expect(bytesToHex(signatureChain[0])).toBe(
      '5b6193729ce7976ec67863f21692d4b98c69832698aae8e001a7d33a6f818b6e46ca950725b6e90e8ca9bcf394abd03ce264bf9b7eec1e91693247f9dd53c26901',
    );
  });

  test.each(['secp256k1', 'ed25519'] as const)('the chain of a key (%s) leads to its KMS', (algorithm) => {
    const root = issueAppRoot(KMS_ROOT, APP_ID);
    const { publicKey, signatureChain: chain } = getKeyV1(root, { domain: 'a:b', algorithm });
    const kmsRoot = publicKeyOf('secp256k1', KMS_ROOT);
    const claim = { publicKey, algorithm, chain, appId: APP_ID, kmsRoot, domain: 'a:b' };
    expect(verifyKeyChain(claim).outcome).toBe('pass');
    expect(verifyKeyChain({ ...claim, domain: 'a' }).outcome).toBe('fail');
  });

  test.each([
    ['', 'algorithm is required, use `secp256k1` or `ed25519`'],
    ['k256', 'unsupported algorithm `k256`, use `secp256k1` or `ed25519`'],
    ['secp256k1_prehashed', 'unsupported algorithm `secp256k1_prehashed`, use `secp256k1` or `ed25519`'],
  ])('algorithm "%s": no alias and no default', (algorithm, message) => {
    expect(() => getKeyV1(ROOT, { domain: 'x', algorithm })).toThrow(new RpcError(message));
  });

  test('no path of the unversioned API yields a key of API v1', () => {
    const prefixed = (field: string): Uint8Array =>
      concatBytes(Uint8Array.of(0, 0, 0, field.length), utf8ToBytes(field));
    const info = concatBytes(prefixed('dstack-guest-v1-key'), prefixed('secp256k1'), prefixed('wallet'));
    const path = new TextDecoder().decode(info);
    const { key } = getKeyV1(ROOT, { domain: 'wallet', algorithm: 'secp256k1' });
    expect(getKey(ROOT, parseRelease('0.6.0'), { path }).key).not.toEqual(key);
  });
});
