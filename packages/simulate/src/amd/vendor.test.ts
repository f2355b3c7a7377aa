import { createPublicKey, verify as verifySignature, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { makeSnpExhibit } from './exhibit.ts';
import { RSASSA_PSS } from './key.ts';
import { SNP_REPORT } from './report.ts';
import { encodeTcb, issueVek } from './vek.ts';
import { type AmdVendor, createAmdVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
let turin: AmdVendor;
beforeAll(async () => {
  turin = await createAmdVendor({ product: 'Turin', now });
});

const read = (der: Uint8Array): X509Certificate => new X509Certificate(der);

describe('the AMD test vendor', () => {
  test('has the hierarchy that AMD has, and says everywhere that it is simulated', async () => {
    const { ark, ask, asvk } = turin.authorities;
    const [root, vcekCa, vlekCa] = [ark, ask, asvk].map(({ certificate }) => read(certificate));
    const vcek = read((await issueVek(turin)).certificate);
    const vlek = read((await issueVek(turin, { kind: 'VLEK' })).certificate);
    if (root === undefined || vcekCa === undefined || vlekCa === undefined) throw new Error('unreachable');
    const names = [root, vcekCa, vlekCa, vcek, vlek].map(({ subject }) => /CN=(.*)$/.exec(subject)?.[1]);
    expect(names).toEqual(['ARK-Turin', 'SEV-Turin', 'SEV-VLEK-Turin', 'SEV-VCEK', 'SEV-VLEK']);
    const chain = [
      [root, root],
      [vcekCa, root],
      [vlekCa, root],
      [vcek, vcekCa],
      [vlek, vlekCa],
    ] as const;
    for (const [certificate, issuer] of chain) {
      expect(certificate.subject).toContain('O=SIMULATED');
      expect(certificate.subject).not.toContain('Advanced Micro Devices');
      expect(certificate.checkIssued(issuer)).toBe(true);
      expect(certificate.verify(issuer.publicKey)).toBe(true);
    }
    expect(root.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 4096, publicExponent: 65537n });
    expect(vcek.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'secp384r1' });
    expect(read(Buffer.from(turin.rootPem)).raw).toEqual(root.raw);
  });

  test('signs reports with the key of the leaf', async () => {
    const { evidence, vek } = await makeSnpExhibit(turin);
    const number = (at: number) => Buffer.from(evidence.subarray(at, at + 48)).reverse();
    const signature = Buffer.concat([number(0x2a0), number(0x2a0 + 72)]);
    const key = createPublicKey({ key: Buffer.from(vek.key.spki), format: 'der', type: 'spki' });
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    expect(evidence).toHaveLength(1184);
    expect(verifySignature('sha384', evidence.subarray(0, 0x2a0), options, signature)).toBe(true);
  });

  test('lays a TCB out as the line does', () => {
    const tcb = { fmc: 1, bootLoader: 2, tee: 3, snp: 4, microcode: 5 };
    expect([...encodeTcb('Milan', tcb)]).toEqual([2, 3, 0, 0, 0, 0, 4, 5]);
    expect([...encodeTcb('Genoa', tcb)]).toEqual([2, 3, 0, 0, 0, 0, 4, 5]);
    expect([...encodeTcb('Turin', tcb)]).toEqual([1, 2, 3, 4, 0, 0, 0, 5]);
  });

  test('signs 672 bytes of a report', () => {
    expect(SNP_REPORT.reduce((total, [, size]) => total + size, 0)).toBe(0x2a0);
  });

  test('refuses a time that is none', async () => {
    await expect(createAmdVendor({ product: 'Milan', now: new Date(Number.NaN), keys: turin.keys })).rejects.toThrow(
      /now/,
    );
  });
});

describeWithVectors("AMD's own certificates", () => {
  test('name the algorithm in the same bytes', () => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    expect(hex(vector('snp-v5-genoa-vcek-6d1ceffa/vcek.der'))).toContain(hex(RSASSA_PSS));
  });
});
