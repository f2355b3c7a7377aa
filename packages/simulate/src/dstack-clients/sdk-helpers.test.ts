import { createDecipheriv, createHash } from 'node:crypto';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import * as sdk022 from '@phala/dstack-sdk-0.2.2';
import { encryptEnvVars as encrypt022 } from '@phala/dstack-sdk-0.2.2/encrypt-env-vars';
import * as solana022 from '@phala/dstack-sdk-0.2.2/solana';
import * as sdk055 from '@phala/dstack-sdk-0.5.5';
import { encryptEnvVars as encrypt055 } from '@phala/dstack-sdk-0.5.5/encrypt-env-vars';
import * as solana055 from '@phala/dstack-sdk-0.5.5/solana';
import * as sdk057 from '@phala/dstack-sdk-0.5.7';
import { encryptEnvVars as encrypt057 } from '@phala/dstack-sdk-0.5.7/encrypt-env-vars';
import * as solana057 from '@phala/dstack-sdk-0.5.7/solana';
import * as sdk058 from '@phala/dstack-sdk-0.5.8';
import { encryptEnvVars as encrypt058 } from '@phala/dstack-sdk-0.5.8/encrypt-env-vars';
import * as solana058 from '@phala/dstack-sdk-0.5.8/solana';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runGuest } from '../../../../tools/dstack-guest-in-tests.ts';
import { signLink } from '../dstack/keys/link.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', '');
});
afterEach(() => {
  vi.useRealTimers();
});

describe('getComposeHash', () => {
  const compose = {
    runner: 'docker-compose',
    name: 'café',
    docker_compose_file: 'a: 1',
    bash_script: 'ls',
    features: [],
  };
  /** What the SDK hashes: keys in order, no white space. */
  const written =
    '{"bash_script":"ls","docker_compose_file":"a: 1","features":[],"name":"café","runner":"docker-compose"}';
  const normalised = '{"docker_compose_file":"a: 1","features":[],"name":"café","runner":"docker-compose"}';

  test.each([sdk055, sdk057, sdk058])(
    'of each SDK is what a guest measures of a file with exactly those bytes',
    async (sdk) => {
      await using guest = await runGuest({ appCompose: written });
      expect(sdk.getComposeHash(compose)).toBe(hex(guest.agent.identity.composeHash));
      await using shorter = await runGuest({ appCompose: normalised });
      expect(sdk.getComposeHash(compose, true)).toBe(hex(shorter.agent.identity.composeHash));
    },
  );

  test('is not that of the same document with a line more: a guest measures bytes', async () => {
    await using guest = await runGuest({ appCompose: `${written}\n` });
    expect(hex(guest.agent.identity.composeHash)).toBe(createHash('sha256').update(`${written}\n`).digest('hex'));
    expect(sdk058.getComposeHash(compose)).not.toBe(hex(guest.agent.identity.composeHash));
  });
});

describe('encryptEnvVars', () => {
  const secret = new Uint8Array(32).fill(7);
  const variables = [{ key: 'TOKEN', value: 'grüße' }];

  test.each([
    ['0.2.2', encrypt022],
    ['0.5.5', encrypt055],
    ['0.5.7', encrypt057],
    ['0.5.8', encrypt058],
  ])('of %s is read by the key it was made for', async (_, encrypt) => {
    const sealed = Buffer.from(await encrypt(variables, hex(x25519.getPublicKey(secret))), 'hex');
    const shared = x25519.getSharedSecret(secret, sealed.subarray(0, 32));
    const cipher = createDecipheriv('aes-256-gcm', shared, sealed.subarray(32, 44)).setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([cipher.update(sealed.subarray(44, -16)), cipher.final()]).toString();
    expect(JSON.parse(text)).toEqual({ env: variables });
  });
});

describe('verifyEnvEncryptPublicKey', () => {
  const kms = new Uint8Array(32).fill(9);
  const signer = `0x${hex(secp256k1.getPublicKey(kms))}`;
  const key = new Uint8Array(32).fill(3);
  const appId = '0102030405060708090a0b0c0d0e0f1011121314';
  const signed = (...parts: readonly Uint8Array[]): Uint8Array =>
    signLink(kms, Buffer.concat([Buffer.from('dstack-env-encrypt-pubkey:'), Buffer.from(appId, 'hex'), ...parts, key]));

  test.each([
    ['0.5.5', sdk055.verifyEnvEncryptPublicKey],
    ['0.5.7', sdk057.verifyEnvEncryptPublicKey],
    ['0.5.8 (legacy)', sdk058.verifyEnvEncryptPublicKeyLegacy],
  ])('of %s names the signer, and for anything else another one: only a pin tells', (_, verify) => {
    expect(verify(key, signed(), appId)).toBe(signer);
    expect(verify(key, signed(), `0x${appId}`)).toBe(signer);
    expect(
      verify(
        key.map((byte) => byte + 1),
        signed(),
        appId,
      ),
    ).not.toBe(signer);
    expect(verify(key, signed().subarray(1), appId)).toBe(null);
  });

  test('of 0.5.8 holds for five minutes', () => {
    const now = 1_800_000_000;
    vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 });
    const at = (time: number) => {
      const timestamp = Buffer.alloc(8);
      timestamp.writeBigUInt64BE(BigInt(time));
      return sdk058.verifyEnvEncryptPublicKey(key, signed(timestamp), appId, time);
    };
    expect([at(now), at(now - 300), at(now - 301), at(now + 60), at(now + 61)]).toEqual([
      ...[signer, signer, null, signer, null],
    ]);
  });
});

describe('toKeypair', () => {
  const account = ({ publicKey }: { readonly publicKey: { toBytes(): Uint8Array } }): string =>
    hex(publicKey.toBytes());

  test('makes an account of the key that the guest derives', async () => {
    await using guest = await runGuest();
    const key055 = await new sdk055.DstackClient(guest.socket).getKey('wallet/solana', 'mainnet');
    const key057 = await new sdk057.DstackClient(guest.socket).getKey('wallet/solana', 'mainnet');
    const key058 = await new sdk058.DstackClient(guest.socket).getKey('wallet/solana', 'mainnet', 'ed25519');
    const accounts = [
      ...[solana055.toKeypair(key055), solana055.toKeypairSecure(key055)],
      ...[solana057.toKeypair(key057), solana057.toKeypairSecure(key057)],
      ...[solana058.toKeypair(key058), solana058.toKeypairSecure(key058)],
    ];
    expect(new Set(accounts.map(account))).toEqual(new Set([hex(ed25519.getPublicKey(key058.key))]));
  });

  test('of a TLS key is the same account for everybody: it takes the start of a document for the key', async () => {
    await using guest = await runGuest();
    const tappd022 = new sdk022.TappdClient(guest.tcp);
    const tappd058 = new sdk058.TappdClient(guest.tcp);
    const [old, other] = [await tappd022.deriveKey('alice'), await tappd022.deriveKey('bob')];
    const [tls, another] = [await tappd058.deriveKey('alice'), await tappd058.deriveKey('bob')];
    const careless = [old, other].map(solana022.toKeypair).concat([tls, another].map(solana058.toKeypair));
    expect(new Set(careless.map(account)).size).toBe(1);
    const careful = [old, other].map(solana022.toKeypairSecure).concat([tls, another].map(solana058.toKeypairSecure));
    expect(new Set(careful.map(account)).size).toBe(2);
  });
});

test('send_rpc_request of 0.2.2 reaches any method of the agent', async () => {
  await using guest = await runGuest();
  for (const endpoint of [guest.socket, guest.tcp]) {
    expect(await sdk022.send_rpc_request(endpoint, '/Version', '{}')).toMatchObject({ version: '0.5.11' });
    expect(await sdk022.send_rpc_request(endpoint, '/v1/Info', '')).toMatchObject({
      app_compose: guest.agent.appCompose,
    });
  }
});

test('to_hex takes text as UTF-8, bytes as they are', () => {
  for (const sdk of [sdk022, sdk055, sdk057, sdk058]) {
    expect([sdk.to_hex('é'), sdk.to_hex(Uint8Array.of(1, 255)), sdk.to_hex(Buffer.of(16))]).toEqual([
      ...['c3a9', '01ff', '10'],
    ]);
  }
});
