import { verifyKeyChain } from '@assay/verify/dstack';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { answerOf, ask, errorBody, get, given, post } from '../../../../../tools/rpc-in-tests.ts';
import { createIntelVendor, type IntelVendor } from '../../intel/vendor.ts';
import { createGuestAgent, type GuestAgent, type GuestAgentOptions } from '../agent.ts';

const now = new Date('2026-11-20T12:00:00Z');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
let vendor: IntelVendor;
let agent: GuestAgent;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack agent', now });
  agent = await start();
});

const start = (options: GuestAgentOptions = {}): Promise<GuestAgent> => createGuestAgent(vendor, options);

describe('keys', () => {
  const pinned = () => ({ appId: agent.identity.appId, kmsRoot: agent.kms.k256RootPublicKey });
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

  test('v1 GetKey: the chain leads to the root of the KMS', async () => {
    const answer = await ask(agent, '/v1/GetKey', { domain: 'wallet', algorithm: 'ed25519' });
    expect(Object.keys(answer)).toEqual(['key', 'public_key', 'signature_chain']);
    const chain = { publicKey: bytes(answer.public_key), chain: answer.signature_chain.map(bytes) };
    const name = { algorithm: 'ed25519', domain: 'wallet' } as const;
    expect(verifyKeyChain({ ...chain, ...name, ...pinned() }).outcome).toBe('pass');
  });

  test('Sign: its last two links lead there, too, and Verify takes the signature', async () => {
    const data = hex(utf8ToBytes('hello'));
    const signed = await ask(agent, '/Sign', { algorithm: 'k256', data });
    expect(signed.signature_chain[0]).toBe(signed.signature);
    const chain = { publicKey: bytes(signed.public_key), chain: signed.signature_chain.slice(1).map(bytes) };
    expect(verifyKeyChain({ ...chain, algorithm: 'secp256k1', purpose: 'signing', ...pinned() }).outcome).toBe('pass');
    const { signature, public_key } = signed;
    expect(await ask(agent, '/Verify', { algorithm: 'k256', data, signature, public_key })).toEqual({ valid: true });
    expect(await ask(agent, '/Verify', { algorithm: 'k256', data: '00', signature, public_key })).toEqual({
      valid: false,
    });
  });

  test('Tappd’s DeriveK256Key is GetKey by another name; DeriveKey the same scalar as a certified key', async () => {
    const key = await ask(agent, '/GetKey', { path: 'a', purpose: 'b' });
    expect(await ask(agent, '/prpc/Tappd.DeriveK256Key', { path: 'a', purpose: 'b' })).toEqual({
      k256_key: key.key,
      k256_signature_chain: key.signature_chain,
    });
    const derived = await ask(agent, '/prpc/Tappd.DeriveKey', { path: 'a', subject: 'me' });
    expect(Buffer.from(derived.key.replace(/-----[^-]+-----/g, ''), 'base64').toString('hex')).toContain(key.key);
    expect(derived.certificate_chain).toHaveLength(3);
    const random = await ask(agent, '/prpc/Tappd.DeriveKey', { path: 'a', random_seed: true });
    expect(random.key).not.toBe(derived.key);
  });

  test.each(['/GetTlsKey', '/v1/IssueCert'])('%s makes another key at each call', async (path) => {
    const one = await ask(agent, path, { subject: 'app', alt_names: ['a.example', '10.0.0.1'], not_before: null });
    const two = get(agent, `${path}?subject=app&alt_names[0]=a.example&usage_ra_tls=true&not_after=2000000000`);
    expect(one.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect((await given(two)).key).not.toBe(one.key);
    const reversed = JSON.stringify({ not_before: 2, not_after: 2 });
    expect(await answerOf(post(agent, path, reversed))).toEqual([
      400,
      errorBody('not_before must be earlier than not_after'),
    ]);
  });

  test('before 0.5.6 an algorithm changes nothing', async () => {
    const old = await start({ version: '0.5.5' });
    const key = await ask(old, '/GetKey', { path: 'a' });
    expect(await ask(old, '/GetKey', { path: 'a', algorithm: 'rsa' })).toEqual(key);
    const body = JSON.stringify({ path: 'a', algorithm: 'rsa' });
    expect(await answerOf(post(agent, '/GetKey', body))).toEqual([400, errorBody('Unsupported algorithm')]);
  });
});
