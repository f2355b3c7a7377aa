import { verifyKeyChain } from '@assay/verify/dstack';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { parseRelease } from '../release.ts';
import type { AppRoot } from './app-root.ts';
import { getKey } from './get-key.ts';

const RELEASE = parseRelease('0.5.11');
/** Keys that a published simulator has on every machine. */
const ROOT: AppRoot = {
  secret: hexToBytes('d6e88992cdeeee35fe70b5db61ab66cdb191fb9b6ec9313757ef162dd7214d5d'),
  link: hexToBytes(
    '9e618603e72d01fedb82deff6daf2d62a572becf0059eec3f89c1ab40e1f2e594d2a283f843f34e8f39e4cc49a612496ce67223a12ac923f8efe330346dfc6c500',
  ),
};
const APP_ID = hexToBytes('5bb4ff9a3837357f19dc176407a5709c62eb6c56');
const KMS_ROOT = hexToBytes('0321529e458424ab1f710a3a57ec4dad2fb195ddca572f7469242ba6c7563085b6');

/** Path, purpose, key, then of each curve the public key and the first link. */
const VECTORS = [
  [
    '',
    '',
    'aa221ae548b5a8f52fcb8687cfd873712f6a1232b2717e5ee3d58ab74f21905b',
    '027458ba47c31272b5076edebdc1ecdaedef806b10d76dd0a209cbd1fa14a3f9cf',
    '64ce2f1b381d04f7404fda78bdc942c314d89b7069d97eea1897e51b249dd3b1700995cbf7efe7ff04195dd6e31f153b702eeeeaffc5941510739dc39b9bd9cf01',
    'c44343eb0e365d78ce908790834a24621e489af0e91cf2f123daf28cf74aed20',
    '4210633c6792b54f99eda1b2a9c7e1f6507c02c01bcabf230d35dc4c00a6b0902fccd45b383e8f3035c0fcdcba534b80f8849a5b5849257bc71d9f838620cd3e00',
  ],
  [
    'vms',
    'signing',
    '1091a4d6721f6a719ca57320e4975f7e237649131111ee1c5032f661dc1cfef2',
    '036105f01d1fd781568f7c208b087b1c4f522601410ed7e9c7870d573de7c46d54',
    '51ec279eb0da3fb45335c2fd6badaf701905bf35f229912976c4ae3c9d649cf97f964473f2dce7118743bad84a6df707d11c9b5f0b38379204e14fd2c7baddba01',
    '698f56bd587d8ce3ca8db0e1c361ba9d190089f98dc4d9df800ff92ed073a65d',
    'd61ff204728dae76ba4e29313003433d533d069f9c98ebb3382104145f1c664c59fac4326a86420ec3f450303d3a675d595f546448076a464343bcc25143c4a300',
  ],
  [
    '/test/path',
    'test-purpose',
    'b9fbb7171185c421c58610a2acba8ceae93623ae47815618cbad1e98fc042cb7',
    '02c1082e78670feed1c847db81dbd71be37e4d53200a746c0a89f0afa8173cf566',
    'f50c51735a97072f0c98125ed61fc84e2fdb36e95990b9e57337dadc0e2a9712227f04e07209faecb8891d59ec144a6c13e411dc90b3423f28071bd3fe11978d01',
    '2149e71e37ed8568f5a240e6966b5d6f6017428069ddf06ed4c04151de4b2304',
    'effb33c8bb9beab8058a165af210047acb15a67bb6482819b44655f8b22a150a45e50fdce916374f2f4bd380c83eac6ca8b6a765a4fb7c3f03ab9932342ce53200',
  ],
  [
    'wallet/ethereum',
    'mainnet',
    'abc24a0a6485cfceb30932bcfc9c3b918eab2216d8619c423a0d1017390938ef',
    '03d11dee20a15caa0edfbb1e6cb36dad2447a5fdb2bfd745f3dcce1b7fbdfd84cf',
    'ff57816e9cdd93c170db1e976c787533046392e90f7b3834f15f03f771e364941220f49f266a2bd293a289871a56f4dd81b1dec22d23d9d177862f5c398a317201',
    '0b709f7dd91d126012dc294c226c7cb8d008c53eceb394e1a3e2c3d9ec70e601',
    '672f6ec4d3ef8e3787d79b3e3a04cbf8ae4e3202ba2c1f7a1142911e311b3b8705b926f2d17784a5868c604a70ce3d8c70401e29abb9baa1dee609dd6122115f01',
  ],
] as const;

const CASES = VECTORS.flatMap(([path, purpose, key, point, link, edwards, edwardsLink]) => [
  { path, purpose, algorithm: 'secp256k1', key, publicKey: point, link } as const,
  { path, purpose, algorithm: 'ed25519', key, publicKey: edwards, link: edwardsLink } as const,
]);

describe('GetKey of the unversioned API', () => {
  test.each(CASES)('published vector: path "$path", purpose "$purpose", $algorithm', (vector) => {
    const { path, purpose, algorithm } = vector;
    const answer = getKey(ROOT, RELEASE, { path, purpose, algorithm });
    expect(bytesToHex(answer.key)).toBe(vector.key);
    expect(bytesToHex(answer.publicKey)).toBe(vector.publicKey);
    expect(answer.signatureChain.map(bytesToHex)).toEqual([vector.link, bytesToHex(ROOT.link)]);
    const { publicKey, signatureChain: chain } = answer;
    const claim = { publicKey, algorithm, chain, appId: APP_ID, kmsRoot: KMS_ROOT, purpose };
    expect(verifyKeyChain(claim).outcome).toBe('pass');
    expect(verifyKeyChain({ ...claim, purpose: `${purpose}.` }).outcome).toBe('fail');
  });

  test('the vector of its specification', () => {
    const secret = hexToBytes('1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b');
    const { signatureChain } = getKey({ ...ROOT, secret }, RELEASE, { path: 'test', purpose: 'signing' });
    expect(bytesToHex(signatureChain[0])).toBe(
      'c8a3dcf06c4e95bd78a5d7a1c8fcff171fc5848cfae804c6fc11bda4dc5d4062379995390843827444992c4c0e4bac70f0f878e01b9fc8b98cd7126fe5a3876b01',
    );
  });

  test('no algorithm and k256 mean secp256k1; what is missing is empty', () => {
    const named = getKey(ROOT, RELEASE, { path: '', purpose: '', algorithm: 'secp256k1' });
    expect(getKey(ROOT, RELEASE, { algorithm: 'k256' })).toEqual(named);
    expect(getKey(ROOT, RELEASE, {})).toEqual(named);
  });

  test.each(['secp256k1_prehashed', 'SECP256K1', 'rsa', '__proto__'])('no key for the algorithm %s', (algorithm) => {
    expect(() => getKey(ROOT, RELEASE, { algorithm })).toThrow(/^Unsupported algorithm$/);
  });

  test('releases before 0.5.6 pass over the algorithm', () => {
    const old = parseRelease('0.5.5');
    expect(getKey(ROOT, old, { path: 'p', algorithm: 'ed25519' })).toEqual(getKey(ROOT, RELEASE, { path: 'p' }));
    expect(getKey(ROOT, old, { path: 'p', algorithm: 'rsa' })).toEqual(getKey(ROOT, RELEASE, { path: 'p' }));
    const first = parseRelease('0.5.6');
    expect(getKey(ROOT, first, { algorithm: 'ed25519' })).toEqual(getKey(ROOT, RELEASE, { algorithm: 'ed25519' }));
  });
});
