import { createECDH, hkdfSync } from 'node:crypto';
import { fromHex, toHex } from '@assay/verify/codec';
import { verifyKeyChain } from '@assay/verify/dstack';
import { describe, expect, test } from 'vitest';
import { agentRoutes, bodyOf, json, refusal } from '../../../../tools/guest-agent-in-tests.ts';
import { localService, type Reply, type Routes } from '../../../../tools/local-service.ts';
import { createDstackKeys, type DstackKeysOptions } from './keys.ts';

/** A published answer of GetKey for the path `vms` and the purpose `signing`, with its app and KMS. */
const KEY = '1091a4d6721f6a719ca57320e4975f7e237649131111ee1c5032f661dc1cfef2';
const LINK0 =
  '51ec279eb0da3fb45335c2fd6badaf701905bf35f229912976c4ae3c9d649cf97f964473f2dce7118743bad84a6df707d11c9b5f0b38379204e14fd2c7baddba01';
const LINK1 =
  '9e618603e72d01fedb82deff6daf2d62a572becf0059eec3f89c1ab40e1f2e594d2a283f843f34e8f39e4cc49a612496ce67223a12ac923f8efe330346dfc6c500';
const pin = {
  kmsRoot: fromHex('0321529e458424ab1f710a3a57ec4dad2fb195ddca572f7469242ba6c7563085b6'),
  appId: fromHex('5bb4ff9a3837357f19dc176407a5709c62eb6c56'),
};
const GET_KEY = json({ key: KEY, signature_chain: [LINK0, LINK1] });

/** The keys of an agent of API v0 with these routes. */
const keysOf = async (routes: Routes, options: DstackKeysOptions = { pin }) => {
  const service = await localService({ ...agentRoutes({ api: 'v0', version: '0.5.11' }), ...routes });
  return { service, keys: createDstackKeys({ endpoint: service.origin, ...options }) };
};
const refusedKey = async (reply: Reply, options?: DstackKeysOptions): Promise<Error> => {
  const { service, keys } = await keysOf({ '/GetKey': reply }, options);
  await using _ = service;
  const error: unknown = await keys.derive('signing').catch((thrown: unknown) => thrown);
  if (error instanceof Error) return error;
  throw new Error('a key was handed out');
};

describe('a key of a dstack app', () => {
  test('comes with public key, name and chain, once the chain leads to the pin', async () => {
    const asked: Record<string, unknown>[] = [];
    const answering: Reply = (request, response) => {
      bodyOf(request).then((body) => {
        asked.push(body);
        response.end(JSON.stringify({ key: KEY, signature_chain: [LINK0, LINK1] }));
      }, response.destroy.bind(response));
    };
    const { service, keys } = await keysOf({ '/GetKey': answering });
    await using _ = service;
    expect(keys).toMatchObject({ name: 'dstack' });
    const { key, publicKey, name, signatureChain } = await keys.derive('signing');
    expect(asked).toEqual([{ path: 'signing', purpose: 'signing', algorithm: 'secp256k1' }]);
    expect([toHex(key), signatureChain.map(toHex), name]).toEqual([KEY, [LINK0, LINK1], { purpose: 'signing' }]);
    const judged = { algorithm: 'secp256k1', publicKey, chain: signatureChain, ...name, ...pin } as const;
    expect(verifyKeyChain(judged).outcome).toBe('pass');
  });

  test('of Tappd has the same derivation under other names', async () => {
    const reply = json({ k256_key: KEY, k256_signature_chain: [LINK0, LINK1] });
    await using service = await localService({
      ...agentRoutes({ api: 'tappd' }),
      '/prpc/Tappd.DeriveK256Key': reply,
    });
    const keys = createDstackKeys({ endpoint: service.origin, pin });
    expect(toHex((await keys.derive('signing')).key)).toBe(KEY);
  });

  test('is asked for by the unversioned API of an agent that has a newer one: upgrades must not change it', async () => {
    await using service = await localService({
      ...agentRoutes({ api: 'v1', version: '0.6.0' }),
      '/GetKey': GET_KEY,
    });
    expect(toHex((await createDstackKeys({ endpoint: service.origin, pin }).derive('signing')).key)).toBe(KEY);
    expect(service.requests).toEqual(['/v1/Version', '/GetKey']);
  });

  test.each([
    ['another KMS', { ...pin, kmsRoot: fromHex('02818494263695e8839122dbd88e281d7380622999df4e60a14befa0f2d096fc7c') }],
    ['another app', { ...pin, appId: new Uint8Array(20) }],
  ])('is kept back when its chain leads to %s', async (_, other) => {
    const error = await refusedKey(GET_KEY, { pin: other });
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toMatch(
      /^the key of "signing" is not vouched for as pinned: dstack\.key-chain\.kms-root: expected \S+, found \S+; check/,
    );
  });

  test('is kept back when it is another purpose’s, or its links are malformed', async () => {
    const { service, keys } = await keysOf({ '/GetKey': GET_KEY });
    await using _ = service;
    await expect(keys.derive('sealing')).rejects.toThrow(/^the key of "sealing" is not vouched for .*kms-root/);
    const one = await refusedKey(json({ key: KEY, signature_chain: [LINK0] }));
    expect(one.message).toContain('dstack.key-chain.form: chain: 1 links, expected 2');
    const highRecovery = await refusedKey(json({ key: KEY, signature_chain: [`${LINK0.slice(0, -2)}1c`, LINK1] }));
    expect(highRecovery.message).toContain('dstack.key-chain.form: link 0: recovery id 28');
  });

  test('without a pin is handed out unjudged, with its chain', async () => {
    const { service, keys } = await keysOf({ '/GetKey': GET_KEY }, {});
    await using _ = service;
    expect((await keys.derive('anything')).signatureChain.map(toHex)).toEqual([LINK0, LINK1]);
  });

  test.each([
    ['that is short', { key: KEY.slice(2) }, /key: expected hexadecimal of 32 bytes/],
    ['that is missing', {}, /key: expected hexadecimal of 32 bytes/],
    ['of zeros', { key: '00'.repeat(32), signature_chain: [] }, /key: no key of secp256k1/],
    ['beyond the order', { key: 'ff'.repeat(32), signature_chain: [] }, /key: no key of secp256k1/],
    ['without a chain', { key: KEY }, /signature_chain: expected a list of at most 8/],
    ['with a long chain', { key: KEY, signature_chain: new Array(9).fill(LINK0) }, /expected a list of at most 8/],
    ['with a short link', { key: KEY, signature_chain: ['00'] }, /signature_chain: expected hexadecimal of 65 bytes/],
    ['with a link that is no text', { key: KEY, signature_chain: [7] }, /expected hexadecimal texts/],
  ])('%s is refused, and not repeated', async (_, answer, message) => {
    const error = await refusedKey(json(answer));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(message) });
    expect(error.message).not.toContain(KEY.slice(2));
  });

  test('that the agent refuses is refused with its words', async () => {
    expect((await refusedKey(refusal('Unsupported algorithm'))).message).toContain('HTTP 400: Unsupported algorithm');
  });

  test.each(['', 'é'.repeat(257), '\ud800'])('for the purpose %j is the caller’s mistake', async (purpose) => {
    const keys = createDstackKeys({ root: '/nowhere' });
    await expect(keys.derive(purpose)).rejects.toMatchObject({ code: 'usage', details: { field: 'purpose' } });
  });

  test('under a pin that is no point is the caller’s mistake', async () => {
    expect(await refusedKey(GET_KEY, { pin: { ...pin, kmsRoot: new Uint8Array(33) } })).toMatchObject({
      code: 'usage',
      details: { field: 'kmsRoot' },
    });
  });
});

describe('a key of API v1', () => {
  const root = fromHex('1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b');
  const domain = 'storage-encryption';
  const published =
    '5b6193729ce7976ec67863f21692d4b98c69832698aae8e001a7d33a6f818b6e46ca950725b6e90e8ca9bcf394abd03ce264bf9b7eec1e91693247f9dd53c26901';
  const prefixed = (text: string) => Buffer.concat([Uint8Array.of(0, 0, 0, text.length), Buffer.from(text)]);
  const info = Buffer.concat(['dstack-guest-v1-key', 'secp256k1', domain].map(prefixed));
  const key = Buffer.from(hkdfSync('sha256', root, 'dstack-guest-v1', info, 32));
  const curve = createECDH('secp256k1');
  curve.setPrivateKey(key);
  const answer = {
    key: key.toString('hex'),
    public_key: curve.getPublicKey('hex', 'compressed'),
    signature_chain: [published, LINK1],
  };
  const v1 = (reply: Reply) => localService({ ...agentRoutes({ api: 'v1', version: '0.6.0' }), '/v1/GetKey': reply });

  test('is named by its domain', async () => {
    await using service = await v1(json(answer));
    const found = await createDstackKeys({ endpoint: service.origin, derivation: 'v1' }).derive(domain);
    expect(toHex(found.key)).toBe(answer.key);
    expect(found.name).toEqual({ domain });
    expect(toHex(found.publicKey)).toBe('03d962450a41748021c8b02787ac36ce642ff0ae25f4c55019eb527e1112cfd764');
  });

  test('with the public key of another is refused', async () => {
    await using service = await v1(json({ ...answer, public_key: `02${answer.public_key.slice(2)}` }));
    const keys = createDstackKeys({ endpoint: service.origin, derivation: 'v1' });
    await expect(keys.derive(domain)).rejects.toThrow('/v1/GetKey: public_key: not that of the key');
  });

  test('is never replaced by one of the unversioned API, which would be another', async () => {
    const { service, keys } = await keysOf({ '/GetKey': GET_KEY }, { derivation: 'v1' });
    await using _ = service;
    await expect(keys.derive('signing')).rejects.toThrow(/0\.5\.11 \(API v0\) at \S+ has no keys of API v1; run/);
    expect(service.requests).not.toContain('/GetKey');
  });
});
