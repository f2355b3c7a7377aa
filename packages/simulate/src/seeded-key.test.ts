import { X509Certificate } from 'node:crypto';
import { authenticate, fromPem } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { snp } from '@assay/verify/snp';
import { describe, expect, test } from 'vitest';
import { makeSnpExhibit } from './amd/exhibit.ts';
import { createAmdVendor } from './amd/vendor.ts';
import { createEntropy } from './entropy.ts';
import { mintToken } from './google/token.ts';
import { createGoogleVendor } from './google/vendor.ts';
import { seededP384Pair, seededRsaPair } from './seeded-key.ts';

const now = new Date('2026-03-01T12:00:00Z');
const PSS = { name: 'RSA-PSS', hash: 'SHA-256' } as const;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-384' } as const;

const spkiOf = async (
  pair: Promise<{ readonly publicKey: Parameters<typeof crypto.subtle.sign>[1] }>,
): Promise<string> => Buffer.from(await crypto.subtle.exportKey('spki', (await pair).publicKey)).toString('hex');
const of = (seed: string, label: string) => ({ entropy: createEntropy({ seed }), label });

describe('keys of a seed', () => {
  test('are the same for the same seed and label, and others for others', async () => {
    for (const make of [
      (seed: string, label: string) => seededRsaPair(of(seed, label), 1024, PSS),
      (seed: string, label: string) => seededP384Pair(of(seed, label), ECDSA),
    ]) {
      const one = await spkiOf(make('a', 'x'));
      expect(await spkiOf(make('a', 'x'))).toBe(one);
      expect(await spkiOf(make('b', 'x'))).not.toBe(one);
      expect(await spkiOf(make('a', 'y'))).not.toBe(one);
    }
  });

  test.each([1024, 2048])('of RSA have exactly %d bits, sign, and keep their secret', async (bits) => {
    const { publicKey, privateKey } = await seededRsaPair(of('a', 'x'), bits, PSS);
    const { n = '' } = await crypto.subtle.exportKey('jwk', publicKey);
    expect(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`).toString(2)).toHaveLength(bits);
    const message = Buffer.from('a message');
    const how = { ...PSS, saltLength: 32 };
    const signature = await crypto.subtle.sign(how, privateKey, message);
    expect(await crypto.subtle.verify(how, publicKey, signature, message)).toBe(true);
    expect(privateKey.extractable).toBe(false);
  });
});

const failuresOf = async (verdict: ReturnType<typeof authenticate>): Promise<readonly string[]> =>
  (await verdict).checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe('vendors of a seed', () => {
  test("AMD's has the same keys and chips again; its names say so, and its reports verify", async () => {
    const options = { product: 'Genoa', now, seed: 'a' } as const;
    const [vendor, again] = [await createAmdVendor(options), await createAmdVendor({ ...options, product: 'Turin' })];
    const keyOf = (pem: string): unknown => new X509Certificate(pem).publicKey.export({ format: 'jwk' });
    expect(keyOf(again.rootPem)).toEqual(keyOf(vendor.rootPem));
    expect(new X509Certificate(vendor.rootPem).subject).toContain('O=SIMULATED SEEDED');
    const [first, second] = [await makeSnpExhibit(vendor), await makeSnpExhibit(vendor)];
    expect([second.vek.chipId, second.vek.key.spki]).toEqual([first.vek.chipId, first.vek.key.spki]);
    const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
    const trust = { tees: [snp], now, endorsements: { snp: first.endorsements }, roots, allowSimulated: true };
    // Chip and key are the same, so one certificate speaks for both reports.
    expect(await failuresOf(authenticate(first.evidence, trust))).toEqual([]);
    expect(await failuresOf(authenticate(second.evidence, trust))).toEqual([]);
  }, 120_000);

  test("Google's has the same root and key set again; its names say so, and its tokens verify", async () => {
    const [vendor, again] = [
      await createGoogleVendor({ now, seed: 'a' }),
      await createGoogleVendor({ now, seed: 'a' }),
    ];
    expect(again.jwks).toBe(vendor.jwks);
    expect(new X509Certificate(vendor.rootPem).subject).toContain('O=SIMULATED SEEDED');
    const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
    const evidence = new TextEncoder().encode(await mintToken(again, { type: 'PKI' }));
    expect(
      await failuresOf(authenticate(evidence, { tees: [confidentialSpace], now, roots, allowSimulated: true })),
    ).toEqual([]);
  });

  test('have no use for an empty seed', async () => {
    await expect(createAmdVendor({ product: 'Genoa', now, seed: '' })).rejects.toThrow(
      'seed: expected at least one byte',
    );
    await expect(createGoogleVendor({ now, seed: '' })).rejects.toThrow('seed: expected at least one byte');
  });
});
