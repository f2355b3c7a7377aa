import { keccak_256 } from '@noble/hashes/sha3.js';
import { getPublicKey, signAsync } from '@noble/secp256k1';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../codec/bytes.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { AssayError } from '../errors.ts';
import { type KeyChain, verifyKeyChain } from './key-chain.ts';
import { claimOfDomain, claimOfIssuer } from './key-claim.ts';

/** A guest agent's fixed keys and answers: the same on every machine that simulates it. */
const APP_ID = '5bb4ff9a3837357f19dc176407a5709c62eb6c56';
const APP_ROOT = '02818494263695e8839122dbd88e281d7380622999df4e60a14befa0f2d096fc7c';
const KMS_ROOT = '0321529e458424ab1f710a3a57ec4dad2fb195ddca572f7469242ba6c7563085b6';
const LINK1 =
  '9e618603e72d01fedb82deff6daf2d62a572becf0059eec3f89c1ab40e1f2e594d2a283f843f34e8f39e4cc49a612496ce67223a12ac923f8efe330346dfc6c500';
/** Purpose, algorithm, public key, first link. */
type Key = readonly [string, 'secp256k1' | 'ed25519', string, string];
const KEYS = [
  [
    '',
    'secp256k1',
    '027458ba47c31272b5076edebdc1ecdaedef806b10d76dd0a209cbd1fa14a3f9cf',
    '64ce2f1b381d04f7404fda78bdc942c314d89b7069d97eea1897e51b249dd3b1700995cbf7efe7ff04195dd6e31f153b702eeeeaffc5941510739dc39b9bd9cf01',
  ],
  [
    '',
    'ed25519',
    'c44343eb0e365d78ce908790834a24621e489af0e91cf2f123daf28cf74aed20',
    '4210633c6792b54f99eda1b2a9c7e1f6507c02c01bcabf230d35dc4c00a6b0902fccd45b383e8f3035c0fcdcba534b80f8849a5b5849257bc71d9f838620cd3e00',
  ],
  [
    'signing',
    'secp256k1',
    '036105f01d1fd781568f7c208b087b1c4f522601410ed7e9c7870d573de7c46d54',
    '51ec279eb0da3fb45335c2fd6badaf701905bf35f229912976c4ae3c9d649cf97f964473f2dce7118743bad84a6df707d11c9b5f0b38379204e14fd2c7baddba01',
  ],
  [
    'signing',
    'ed25519',
    '698f56bd587d8ce3ca8db0e1c361ba9d190089f98dc4d9df800ff92ed073a65d',
    'd61ff204728dae76ba4e29313003433d533d069f9c98ebb3382104145f1c664c59fac4326a86420ec3f450303d3a675d595f546448076a464343bcc25143c4a300',
  ],
  [
    'test-purpose',
    'secp256k1',
    '02c1082e78670feed1c847db81dbd71be37e4d53200a746c0a89f0afa8173cf566',
    'f50c51735a97072f0c98125ed61fc84e2fdb36e95990b9e57337dadc0e2a9712227f04e07209faecb8891d59ec144a6c13e411dc90b3423f28071bd3fe11978d01',
  ],
  [
    'test-purpose',
    'ed25519',
    '2149e71e37ed8568f5a240e6966b5d6f6017428069ddf06ed4c04151de4b2304',
    'effb33c8bb9beab8058a165af210047acb15a67bb6482819b44655f8b22a150a45e50fdce916374f2f4bd380c83eac6ca8b6a765a4fb7c3f03ab9932342ce53200',
  ],
  [
    'mainnet',
    'secp256k1',
    '03d11dee20a15caa0edfbb1e6cb36dad2447a5fdb2bfd745f3dcce1b7fbdfd84cf',
    'ff57816e9cdd93c170db1e976c787533046392e90f7b3834f15f03f771e364941220f49f266a2bd293a289871a56f4dd81b1dec22d23d9d177862f5c398a317201',
  ],
  [
    'mainnet',
    'ed25519',
    '0b709f7dd91d126012dc294c226c7cb8d008c53eceb394e1a3e2c3d9ec70e601',
    '672f6ec4d3ef8e3787d79b3e3a04cbf8ae4e3202ba2c1f7a1142911e311b3b8705b926f2d17784a5868c604a70ce3d8c70401e29abb9baa1dee609dd6122115f01',
  ],
] as const satisfies readonly Key[];

const pinned = ([purpose, algorithm, publicKey, link0]: Key): KeyChain => ({
  publicKey: fromHex(publicKey),
  algorithm,
  purpose,
  chain: [fromHex(link0), fromHex(LINK1)],
  appId: fromHex(APP_ID),
  kmsRoot: fromHex(KMS_ROOT),
});
const KEY = pinned(KEYS[2]);
const LINK0 = KEYS[2][3];

/** Ids of the checks with an outcome. */
const ids = (input: KeyChain, outcome: string): readonly string[] =>
  verifyKeyChain(input)
    .checks.filter((check) => check.outcome === outcome)
    .map(({ id }) => id.replace('dstack.key-chain.', ''));

/** The link with some bytes replaced. */
const patched = (link: string, offset: number, bytes: string): Uint8Array => {
  const copy = fromHex(link);
  copy.set(fromHex(bytes), offset);
  return copy;
};

describe('the unversioned API: purpose and key, in hex, under the app root', () => {
  test.each(KEYS)('purpose "%s", %s', (...key) => {
    const { outcome, appRoot, issuer, checks } = verifyKeyChain(pinned(key));
    expect(outcome).toBe('pass');
    expect([appRoot, issuer]).toEqual([APP_ROOT, KMS_ROOT]);
    expect(checks.map((check) => check.outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  test('without a pin nothing is proven: unchecked, never pass', () => {
    const { kmsRoot: _, ...unpinned } = KEY;
    const result = verifyKeyChain(unpinned);
    expect(result).toMatchObject({ outcome: 'unchecked', appRoot: APP_ROOT, issuer: KMS_ROOT });
    expect(ids(unpinned, 'skip')).toEqual(['kms-root']);
    expect(verifyKeyChain({ ...unpinned, chain: [patched(LINK0, 5, '00'), fromHex(LINK1)] }).outcome).not.toBe('pass');
  });

  test.each([
    ['another purpose', { purpose: 'signin' }],
    ['another app', { appId: fromHex('00'.repeat(20)) }],
    ['another root', { kmsRoot: fromHex(APP_ROOT) }],
    ['another key', { publicKey: fromHex(KEYS[0][2]) }],
    ['links swapped', { chain: [...KEY.chain].reverse() }],
  ])('%s: refused by the pin', (_name, change) => {
    const input = { ...KEY, ...change } as KeyChain;
    expect(verifyKeyChain(input).outcome).toBe('fail');
    expect(ids(input, 'fail')).toEqual(['kms-root']);
  });

  test('an uncompressed pin names the same root', () => {
    const [, ...coordinates] = uncompressed(KMS_ROOT);
    expect(verifyKeyChain({ ...KEY, kmsRoot: Uint8Array.of(4, ...coordinates) }).outcome).toBe('pass');
  });
});

/** y² = x³ + 7 over the field of secp256k1. */
function uncompressed(compressed: string): Uint8Array {
  const p = 2n ** 256n - 2n ** 32n - 977n;
  const x = BigInt(`0x${compressed.slice(2)}`);
  let y = 1n;
  let base = (x * x * x + 7n) % p;
  for (let exponent = (p + 1n) / 4n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) y = (y * base) % p;
    base = (base * base) % p;
  }
  if ((y & 1n) !== BigInt(`0x${compressed.slice(0, 2)}`) - 2n) y = p - y;
  return fromHex(`04${compressed.slice(2)}${y.toString(16).padStart(64, '0')}`);
}

describe('form', () => {
  const order = BigInt('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
  const highS = (link: string): Uint8Array => {
    const s = order - BigInt(`0x${link.slice(64, 128)}`);
    const flipped = link.endsWith('00') ? '01' : '00';
    return fromHex(link.slice(0, 64) + s.toString(16).padStart(64, '0') + flipped);
  };

  test.each([
    ['high s in the first link', { chain: [highS(LINK0), fromHex(LINK1)] }, 'link 0: high s'],
    ['high s in the second link', { chain: [fromHex(LINK0), highS(LINK1)] }, 'link 1: high s'],
    ['recovery id 4', { chain: [patched(LINK0, 64, '04'), fromHex(LINK1)] }, 'link 0: recovery id 4'],
    ['Ethereum’s recovery id 28', { chain: [patched(LINK0, 64, '1c'), fromHex(LINK1)] }, 'link 0: recovery id 28'],
    ['a short link', { chain: [fromHex(LINK0).subarray(1), fromHex(LINK1)] }, 'link 0: 64 bytes'],
    ['one link', { chain: [fromHex(LINK0)] }, 'chain: 1 links, expected 2 of 65 bytes'],
    ['three links', { chain: [fromHex(LINK0), ...KEY.chain] }, 'chain: 3 links, expected 2 of 65 bytes'],
    ['a short app id', { appId: new Uint8Array(19) }, 'app id: 19 bytes, expected 20'],
    ['a key of the other algorithm', { algorithm: 'ed25519' }, 'public key: 33 bytes, ed25519 has 32'],
    ['a key off the curve', { publicKey: fromHex(`05${'00'.repeat(32)}`) }, 'public key: not a point of secp256k1'],
  ])('%s is refused', (_name, change, actual) => {
    const input = { ...KEY, ...change } as KeyChain;
    const result = verifyKeyChain(input);
    expect(result).toMatchObject({ outcome: 'fail', appRoot: null, issuer: null });
    expect(result.checks[0]).toMatchObject({ id: 'dstack.key-chain.form', outcome: 'fail', actual });
    expect(ids(input, 'fail')).toEqual(['form']);
  });

  test.each(['00'.repeat(32), 'ff'.repeat(32)])('r = %s yields no key', (r) => {
    expect(ids({ ...KEY, chain: [patched(LINK0, 0, r), fromHex(LINK1)] }, 'fail')).toEqual(['app-root']);
    expect(ids({ ...KEY, chain: [fromHex(LINK0), patched(LINK1, 0, r)] }, 'fail')).toEqual(['issuer']);
  });

  test.each([
    ['a pin that is no point', { kmsRoot: new Uint8Array(33) }],
    ['no name', { purpose: undefined }],
    ['two names', { domain: 'x' }],
    ['another algorithm', { algorithm: 'k256' }],
  ])('%s is the caller’s mistake', (_name, change) => {
    expect(() => verifyKeyChain({ ...KEY, ...change } as KeyChain)).toThrow(AssayError);
  });
});

describe('API v1: domain, algorithm and key, length-prefixed, under the app root', () => {
  const root = fromHex('1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b');
  const kms = fromHex('42'.repeat(32));
  const publicKey = fromHex('03d962450a41748021c8b02787ac36ce642ff0ae25f4c55019eb527e1112cfd764');
  const published =
    '5b6193729ce7976ec67863f21692d4b98c69832698aae8e001a7d33a6f818b6e46ca950725b6e90e8ca9bcf394abd03ce264bf9b7eec1e91693247f9dd53c26901';
  const sign = async (message: Uint8Array, key: Uint8Array): Promise<Uint8Array> => {
    const signature = await signAsync(keccak_256(message), key, { prehash: false, format: 'recovered' });
    return concatBytes(signature.subarray(1), signature.subarray(0, 1));
  };
  const issued = async (link0: Uint8Array): Promise<KeyChain> => ({
    publicKey,
    algorithm: 'secp256k1',
    domain: 'storage-encryption',
    chain: [link0, await sign(claimOfIssuer(fromHex(APP_ID), getPublicKey(root)), kms)],
    appId: fromHex(APP_ID),
    kmsRoot: getPublicKey(kms),
  });

  test('the published first link', async () => {
    const input = await issued(fromHex(published));
    expect(verifyKeyChain(input)).toMatchObject({ outcome: 'pass', appRoot: toHex(getPublicKey(root)) });
    expect(ids({ ...input, domain: 'storage-encryptio' } as KeyChain, 'fail')).toEqual(['kms-root']);
    expect(ids({ ...input, domain: undefined, purpose: 'storage-encryption' } as KeyChain, 'fail')).toEqual([
      'kms-root',
    ]);
  });

  test('a domain with a zero byte and a colon, ed25519', async () => {
    const key = fromHex('c833107822b003ff5675b33b90b151d4315c3ab9162b17d876e8dffde41abf9b');
    const link0 = await sign(claimOfDomain('k\0:ey', 'ed25519', key), root);
    const input = { ...(await issued(link0)), publicKey: key, algorithm: 'ed25519', domain: 'k\0:ey' } as KeyChain;
    expect(verifyKeyChain(input).outcome).toBe('pass');
  });
});

test('no bytes throw, and none but the chain itself pass', async () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 65, maxLength: 65 }));
  const arbitrary = fc.record({ publicKey: bytes, appId: bytes, chain: fc.array(bytes, { maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(arbitrary, async (hostile) => {
      expect(verifyKeyChain({ ...KEY, ...hostile }).outcome).toBe('fail');
    }),
    { numRuns: 200 },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 * 65 * 8 - 1 }), async (bit) => {
      const whole = concatBytes(...KEY.chain);
      whole[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifyKeyChain({ ...KEY, chain: [whole.subarray(0, 65), whole.subarray(65)] }).outcome).toBe('fail');
    }),
    { numRuns: 200 },
  );
});
