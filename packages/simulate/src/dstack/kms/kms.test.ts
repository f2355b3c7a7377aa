import { createPublicKey, X509Certificate } from 'node:crypto';
import { verifyKeyChain } from '@assay/verify/dstack';
import { describe, expect, test } from 'vitest';
import { createEntropy } from '../../entropy.ts';
import { getKey } from '../keys/get-key.ts';
import { parseRelease } from '../release.ts';
import { createKms } from './kms.ts';

const RELEASE = parseRelease('0.5.11');
const APP_ID = Uint8Array.from({ length: 20 }, (_, index) => index);
const seeded = createEntropy({ seed: 'kms.test' });

describe('a simulated KMS', () => {
  test.each(['secp256k1', 'ed25519'] as const)(
    'vouches for the keys of its apps, and for no others (%s)',
    async (algorithm) => {
      const kms = await createKms(seeded);
      const { root } = await kms.issueApp(APP_ID);
      const { publicKey, signatureChain: chain } = getKey(root, RELEASE, { path: 'a', purpose: 'b', algorithm });
      const key = { publicKey, algorithm, chain, appId: APP_ID, purpose: 'b' };
      const failures = (change: object): readonly string[] =>
        verifyKeyChain({ ...key, kmsRoot: kms.k256RootPublicKey, ...change })
          .checks.filter(({ outcome }) => outcome === 'fail')
          .map(({ id }) => id);
      expect(verifyKeyChain({ ...key, kmsRoot: kms.k256RootPublicKey }).outcome).toBe('pass');
      const other = await createKms(createEntropy({ seed: 'another' }));
      expect(failures({ kmsRoot: other.k256RootPublicKey })).toEqual(['dstack.key-chain.kms-root']);
      expect(failures({ appId: new Uint8Array(20) })).toEqual(['dstack.key-chain.kms-root']);
      expect(verifyKeyChain(key).outcome).toBe('unchecked');
    },
  );

  test('certifies an authority for each app, under a root that says what it is', async () => {
    const kms = await createKms(seeded);
    const { ca } = await kms.issueApp(APP_ID);
    const [app, root] = ca.chain.map((pem) => new X509Certificate(pem));
    expect(root?.subject).toBe('O=SIMULATED SEEDED\nCN=Dstack KMS CA');
    expect(app?.subject).toBe('O=SIMULATED SEEDED\nCN=Dstack App CA');
    expect(root?.toString()).toBe(kms.rootCaPem);
    const spki = createPublicKey({ key: Buffer.from(kms.rootCaSpki), format: 'der', type: 'spki' });
    expect(root?.verify(spki)).toBe(true);
    expect(app?.verify(spki)).toBe(true);
    expect(root && app?.checkIssued(root)).toBe(true);
    expect([app?.ca, root?.ca]).toEqual([true, true]);
    // App id and usage, each wrapped once more: 0x04, length, content.
    expect(app?.raw.includes(Buffer.from([0x04, 20, ...APP_ID]))).toBe(true);
    expect(app?.raw.includes(Buffer.from('\x04\x06app:ca'))).toBe(true);
  });

  test('has other keys without a seed, and does not say SEEDED', async () => {
    const entropy = createEntropy({ randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)) });
    const [first, second] = [await createKms(entropy), await createKms(entropy)];
    expect(first.k256RootPublicKey).not.toEqual(second.k256RootPublicKey);
    expect(first.rootCaSpki).not.toEqual(second.rootCaSpki);
    expect(new X509Certificate(first.rootCaPem).subject).toBe('O=SIMULATED\nCN=Dstack KMS CA');
    // Without a seed signatures are not deterministic: the certificates differ, their keys and serial numbers do not.
    const [one, two] = [await first.issueApp(APP_ID), await first.issueApp(APP_ID)];
    expect(one.root).toEqual(two.root);
    expect(one.ca.key.spki).toEqual(two.ca.key.spki);
  });

  test('comes back from its seed', async () => {
    const [first, second] = [await createKms(seeded), await createKms(createEntropy({ seed: 'kms.test' }))];
    expect(first.rootCaPem).toBe(second.rootCaPem);
    expect(first.k256RootPublicKey).toEqual(second.k256RootPublicKey);
    const [one, two] = [await first.issueApp(APP_ID), await second.issueApp(APP_ID)];
    expect(one.ca.chain).toEqual(two.ca.chain);
    expect(one.root).toEqual(two.root);
  });

  test('knows apps by 20 bytes', async () => {
    const kms = await createKms(seeded);
    await expect(kms.issueApp(new Uint8Array(19))).rejects.toThrow('appId: expected 20 bytes, found 19');
  });
});
