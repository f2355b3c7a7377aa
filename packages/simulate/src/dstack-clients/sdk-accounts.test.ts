import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import * as sdk022 from '@phala/dstack-sdk-0.2.2';
import * as viem022 from '@phala/dstack-sdk-0.2.2/viem';
import * as sdk055 from '@phala/dstack-sdk-0.5.5';
import * as viem055 from '@phala/dstack-sdk-0.5.5/viem';
import * as sdk057 from '@phala/dstack-sdk-0.5.7';
import * as viem057 from '@phala/dstack-sdk-0.5.7/viem';
import * as sdk058 from '@phala/dstack-sdk-0.5.8';
import * as viem058 from '@phala/dstack-sdk-0.5.8/viem';
import { beforeEach, expect, test, vi } from 'vitest';
import { runGuest } from '../../../../tools/dstack-guest-in-tests.ts';

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', '');
});

/** Ethereum's address of a key: the end of Keccak-256 over its point. */
const addressOf = (secret: Uint8Array): string => {
  const point = secp256k1.getPublicKey(secret, false).subarray(1);
  return `0x${Buffer.from(keccak_256(point).subarray(-20)).toString('hex')}`;
};

test('toViemAccount and its secure form make the account of the key that the guest derives', async () => {
  await using guest = await runGuest();
  for (const endpoint of [guest.socket, guest.tcp]) {
    const key055 = await new sdk055.DstackClient(endpoint).getKey('wallet/ethereum', 'mainnet');
    const key057 = await new sdk057.DstackClient(endpoint).getKey('wallet/ethereum', 'mainnet');
    const key058 = await new sdk058.DstackClient(endpoint).getKey('wallet/ethereum', 'mainnet');
    const accounts = [
      ...[viem055.toViemAccount(key055), viem055.toViemAccountSecure(key055)],
      ...[viem057.toViemAccount(key057), viem057.toViemAccountSecure(key057)],
      ...[viem058.toViemAccount(key058), viem058.toViemAccountSecure(key058)],
    ];
    const addresses = accounts.map(({ address }) => address.toLowerCase());
    expect(new Set(addresses)).toEqual(new Set([addressOf(key058.key)]));
  }
});

test('toViemAccount of a Tappd key is the same account for everybody, its secure form is not', async () => {
  await using guest = await runGuest();
  const tappd = new sdk022.TappdClient(guest.tcp);
  const keys = [await tappd.deriveKey('alice'), await tappd.deriveKey('bob')];
  expect(new Set(keys.map((key) => viem022.toViemAccount(key).address)).size).toBe(1);
  expect(new Set(keys.map((key) => viem022.toViemAccountSecure(key).address)).size).toBe(2);
});
