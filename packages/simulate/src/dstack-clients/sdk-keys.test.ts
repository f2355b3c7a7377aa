import { createECDH, createPrivateKey, hkdfSync, X509Certificate } from 'node:crypto';
import { type KeyAlgorithm, verifyKeyChain } from '@assay/verify/dstack';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import * as sdk022 from '@phala/dstack-sdk-0.2.2';
import * as sdk055 from '@phala/dstack-sdk-0.5.5';
import * as sdk057 from '@phala/dstack-sdk-0.5.7';
import * as sdk058 from '@phala/dstack-sdk-0.5.8';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunningGuest, runGuest } from '../../../../tools/dstack-guest-in-tests.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let guest: RunningGuest;
let appRoot: Uint8Array;
beforeAll(async () => {
  guest = await runGuest();
  appRoot = (await guest.agent.kms.issueApp(guest.agent.identity.appId)).root.secret;
});
afterAll(() => guest[Symbol.asyncDispose]());
beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', '');
  vi.stubEnv('TAPPD_SIMULATOR_ENDPOINT', '');
});

/** dstack's derivation: HKDF-SHA256 of the app's root key, over nothing but the path. */
const derived = (path: string): string => hex(new Uint8Array(hkdfSync('sha256', appRoot, 'RATLS', path, 32)));

function publicKeyOf(algorithm: KeyAlgorithm, key: Uint8Array): Uint8Array {
  if (algorithm === 'ed25519') return ed25519.getPublicKey(key);
  const curve = createECDH('secp256k1');
  curve.setPrivateKey(key);
  return curve.getPublicKey(null, 'compressed');
}

const judge = (algorithm: KeyAlgorithm, publicKey: Uint8Array, chain: readonly Uint8Array[], purpose: string) =>
  verifyKeyChain({ algorithm, publicKey, chain, purpose, ...guest.pin });

describe.each(['socket', 'tcp'] as const)('over %s', (transport) => {
  const clients = () => {
    const endpoint = guest[transport];
    return [
      new sdk055.DstackClient(endpoint),
      new sdk055.TappdClient(endpoint),
      new sdk057.DstackClient(endpoint),
      new sdk057.TappdClient(endpoint),
      new sdk058.DstackClient(endpoint),
      new sdk058.TappdClient(endpoint),
    ];
  };
  const newest = () => new sdk058.DstackClient(guest[transport]);

  test('getKey of each SDK gives the key that dstack derives, with a chain to the KMS root', async () => {
    for (const client of clients()) {
      const { key, signature_chain } = await client.getKey('wallet/ethereum', 'mainnet');
      expect(hex(key)).toBe(derived('wallet/ethereum'));
      const publicKey = publicKeyOf('secp256k1', key);
      expect(judge('secp256k1', publicKey, signature_chain, 'mainnet').outcome).toBe('pass');
      const mistaken = judge('secp256k1', publicKey, signature_chain, 'testnet');
      expect(mistaken.checks.find(({ outcome }) => outcome === 'fail')?.id).toBe('dstack.key-chain.kms-root');
    }
  });

  test.each([
    ['', 'secp256k1'],
    ['secp256k1', 'secp256k1'],
    ['k256', 'secp256k1'],
    ['ed25519', 'ed25519'],
  ] as const)(
    'getKey with the algorithm %j has the same key, and a chain that names its public key of %s',
    async (asked, curve) => {
      const { key, signature_chain } = await newest().getKey('vms', 'signing', asked);
      expect(hex(key)).toBe(derived('vms'));
      expect(judge(curve, publicKeyOf(curve, key), signature_chain, 'signing').outcome).toBe('pass');
    },
  );

  test('getKey without a path, or with one beyond ASCII over TCP, is derived from its UTF-8 bytes', async () => {
    expect(hex((await newest().getKey()).key)).toBe(derived(''));
    // Over a socket the SDK counts characters where HTTP counts bytes, and cuts the request short.
    if (transport === 'tcp') expect(hex((await newest().getKey('schlüssel')).key)).toBe(derived('schlüssel'));
    else await expect(newest().getKey('schlüssel')).rejects.toThrow(TypeError);
  });

  test('getTlsKey gives a fresh key each time, with a certificate of its own under the KMS root', async () => {
    const root = new X509Certificate(guest.agent.kms.rootCaPem);
    for (const client of clients()) {
      const options = { subject: 'app.example', altNames: ['app.example', '10.0.0.1'], usageServerAuth: true };
      const [first, second] = [await client.getTlsKey(options), await client.getTlsKey(options)];
      expect(first.key).not.toBe(second.key);
      const chain = first.certificate_chain.map((pem) => new X509Certificate(pem));
      const [leaf, ca, top] = chain;
      expect(leaf?.checkPrivateKey(createPrivateKey(first.key))).toBe(true);
      expect([leaf?.verify(ca?.publicKey ?? root.publicKey), ca?.verify(root.publicKey)]).toEqual([true, true]);
      expect(top?.fingerprint256).toBe(root.fingerprint256);
      expect(leaf?.subject).toContain('app.example');
      expect(leaf?.subjectAltName).toBe('DNS:app.example, IP Address:10.0.0.1');
      // What the SDK calls a key's bytes is its PKCS #8 document.
      const document = createPrivateKey(first.key).export({ type: 'pkcs8', format: 'der' });
      expect(hex(first.asUint8Array())).toBe(hex(document));
      expect(hex(first.asUint8Array(32))).toBe(hex(document.subarray(0, 32)));
    }
  });

  test('getTlsKey of 0.5.8 takes times and app info, and reports times in the wrong order as a result', async () => {
    const options = { notBefore: 1_700_000_000, notAfter: 1_900_000_000, withAppInfo: true, usageRaTls: true };
    const leaf = new X509Certificate((await newest().getTlsKey(options)).certificate_chain[0] ?? '');
    expect([leaf.validFromDate, leaf.validToDate]).toEqual([new Date(1_700_000_000_000), new Date(1_900_000_000_000)]);
    const reversed = await newest().getTlsKey({ notBefore: 2, notAfter: 1 });
    expect(reversed).toMatchObject({ error: expect.stringMatching(/./), __name__: 'GetTlsKeyResponse' });
  });

  test('deriveKey (Tappd) gives the key of a path each time; newer clients have none on the newer socket', async () => {
    const endpoint = guest[transport];
    const scalars = new Set<string>();
    for (const tappd of [sdk022, sdk055, sdk057, sdk058].map((sdk) => new sdk.TappdClient(endpoint))) {
      const { key, certificate_chain } = await tappd.deriveKey('wallet', 'app.example', ['app.example']);
      expect(new X509Certificate(certificate_chain[0] ?? '').checkPrivateKey(createPrivateKey(key))).toBe(true);
      scalars.add(createPrivateKey(key).export({ format: 'jwk' }).d ?? '');
    }
    expect([...scalars].map((scalar) => hex(Buffer.from(scalar, 'base64url')))).toEqual([derived('wallet')]);
    for (const sdk of [sdk055, sdk057, sdk058]) {
      const deriving = new sdk.DstackClient(endpoint).deriveKey('wallet');
      await expect(deriving).rejects.toThrow('deriveKey is deprecated, please use getKey instead.');
      await expect(new sdk.DstackClient(endpoint).tdxQuote('x')).rejects.toThrow('only supports raw hash algorithm');
      expect((await new sdk.DstackClient(endpoint).tdxQuote('x', 'raw')).quote).toMatch(/^0400/);
    }
  });

  describe('sign and verify of 0.5.8', () => {
    const data = 'grüße';
    const digest = sha256(Buffer.from(data));

    test.each([
      ['ed25519', 'ed25519', data],
      ['secp256k1', 'secp256k1', data],
      ['k256', 'secp256k1', data],
      ['secp256k1_prehashed', 'secp256k1', digest],
    ] as const)(
      'with %s give a signature that others verify, too, by a key with a chain',
      async (algorithm, curve, signed) => {
        const { signature, signature_chain, public_key } = await newest().sign(algorithm, signed);
        const valid =
          curve === 'ed25519'
            ? ed25519.verify(signature, Buffer.from(data), public_key)
            : secp256k1.verify(signature, digest, public_key, { prehash: false });
        expect(valid).toBe(true);
        expect(hex(public_key)).toBe(hex(publicKeyOf(curve, Buffer.from(derived('vms'), 'hex'))));
        expect(hex(signature_chain[0] ?? new Uint8Array())).toBe(hex(signature));
        expect(judge(curve, public_key, signature_chain.slice(1), 'signing').outcome).toBe('pass');
        expect((await newest().verify(algorithm, signed, signature, public_key)).valid).toBe(true);
        const other = algorithm === 'secp256k1_prehashed' ? digest.toReversed() : 'other';
        expect((await newest().verify(algorithm, other, signature, public_key)).valid).toBe(false);
      },
    );

    test('are the same for both clients', async () => {
      const older = new sdk058.TappdClient(guest[transport]);
      const signed = await newest().sign('secp256k1', data);
      expect(await older.sign('secp256k1', data)).toEqual(signed);
      const { signature, public_key } = signed;
      expect(await older.verify('secp256k1', data, signature, public_key)).toMatchObject({ valid: true });
    });

    test('refuse a digest of another length, and what is neither key nor signature', async () => {
      await expect(newest().sign('secp256k1_prehashed', 'short')).rejects.toThrow('requires a 32-byte digest');
      const { signature, public_key } = await newest().sign('ed25519', data);
      expect(await newest().verify('ed25519', data, signature, 'no key')).toMatchObject({
        error: 'invalid public key',
      });
      expect(await newest().verify('rot13', data, signature, public_key)).toMatchObject({
        error: 'Unsupported algorithm',
      });
    });
  });
});
