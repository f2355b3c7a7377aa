import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { issuePck, type Pck } from './pck.ts';
import { createImpostor, createIntelVendor, type IntelVendor, issueCrl } from './vendor.ts';

const now = new Date('2026-03-01T12:34:56Z');
const vendor = await createIntelVendor({ seed: 'vendor.test', now });
const { root, processor, platform, tcbSigning } = vendor.authorities;

const x509 = ({ der }: { readonly der: Uint8Array }): X509Certificate => new X509Certificate(der);

/** Runs openssl on files of given contents, or says undefined where it is not installed. */
function openssl(args: readonly string[], files: Readonly<Record<string, string | Uint8Array>>): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'assay-simulate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  try {
    return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

describe('authorities', () => {
  test.each([
    ['root', 'Intel SGX Root CA', root],
    ['processor', 'Intel SGX PCK Processor CA', processor],
    ['platform', 'Intel SGX PCK Platform CA', platform],
    ['tcbSigning', 'Intel SGX TCB Signing', tcbSigning],
  ])('%s is named and issued as Intel does', (_role, commonName, { certificate, keyId }) => {
    const parsed = x509(certificate);
    expect(parsed.subject).toBe(`CN=${commonName}\nO=SIMULATED SEEDED\nL=Santa Clara\nST=CA\nC=US`);
    expect(parsed.issuer).toBe('CN=Intel SGX Root CA\nO=SIMULATED SEEDED\nL=Santa Clara\nST=CA\nC=US');
    expect(parsed.verify(x509(root.certificate).publicKey)).toBe(true);
    expect(parsed.checkIssued(x509(root.certificate))).toBe(true);
    expect(parsed.ca).toBe(commonName !== 'Intel SGX TCB Signing');
    expect(parsed.validFromDate).toEqual(new Date('2018-05-21T10:45:10Z'));
    expect(parsed.validToDate).toEqual(new Date('2049-12-31T23:59:59Z'));
    expect(parsed.serialNumber.toLowerCase()).toBe(bytesToHex(keyId).replace(/^00/, ''));
  });

  test('a vendor with random keys says SIMULATED and is never the same twice', async () => {
    const one = await createIntelVendor({ randomBytes, now });
    const two = await createIntelVendor({ randomBytes, now });
    expect(x509(one.authorities.root.certificate).subject).toContain('O=SIMULATED\n');
    expect(one.rootPem).not.toBe(two.rootPem);
  });

  test('the same seed gives the same certificates on any day, another seed others', async () => {
    const again = await createIntelVendor({ seed: 'vendor.test', now: new Date('2031-01-01T00:00:00Z') });
    expect(again.rootPem).toBe(vendor.rootPem);
    expect(again.authorities.platform.certificate).toEqual(platform.certificate);
    expect((await createIntelVendor({ seed: 'another', now })).rootPem).not.toBe(vendor.rootPem);
  });

  test('an impostor has the same names under another key', async () => {
    const { certificate } = (await createImpostor(vendor)).authorities.root;
    expect(x509(certificate).subject).toBe(x509(root.certificate).subject);
    expect(x509(certificate).verify(x509(root.certificate).publicKey)).toBe(false);
  });

  test('an invalid time is a mistake', async () => {
    await expect(createIntelVendor({ seed: 'x', now: new Date(Number.NaN) })).rejects.toThrow(
      'now: expected a valid date',
    );
  });
});

describe('PCK certificates', () => {
  test.each(['processor', 'platform'] as const)('the chain of the %s CA passes openssl verify', async (ca) => {
    const [leaf, intermediate, anchor] = (await issuePck(vendor, { ca })).chain;
    expect(x509(leaf).subject).toContain('CN=Intel SGX PCK Certificate');
    expect(x509(leaf).checkIssued(x509(intermediate))).toBe(true);
    expect(x509(leaf).verify(x509(intermediate).publicKey)).toBe(true);
    const files = { 'leaf.pem': leaf.pem, 'ca.pem': intermediate.pem, 'root.pem': anchor.pem };
    const args = ['verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'ca.pem', 'leaf.pem'];
    expect(openssl(args, files) ?? 'leaf.pem: OK\n').toBe('leaf.pem: OK\n');
  });

  test('a platform at another TCB level has another key and serial number', async () => {
    const one = await issuePck(vendor);
    const two = await issuePck(vendor, { pceSvn: 12 });
    expect(two.certificate.serial).not.toEqual(one.certificate.serial);
    expect(two.key.spki).not.toEqual(one.key.spki);
  });
});

describe('CRLs', () => {
  test.each(['root', 'processor', 'platform'] as const)('the CRL of %s passes openssl', async (ca) => {
    const serial = Uint8Array.of(0xef, 0xae, 0x6e);
    const crl = await issueCrl(vendor, ca, { revoked: [serial] });
    const files = { 'crl.der': crl, 'ca.pem': vendor.authorities[ca].certificate.pem, 'root.pem': vendor.rootPem };
    const text = openssl(['crl', '-inform', 'der', '-in', 'crl.der', '-noout', '-text', '-CAfile', 'ca.pem'], files);
    if (text === undefined) return;
    expect(text).toContain('Serial Number: EFAE6E');
    expect(text).toContain('Key Compromise');
    expect(text).toContain('Last Update: Mar  1 00:00:00 2026 GMT');
  });
});

/** Tags of a DER structure with what is fixed in Intel's: object identifiers, booleans, small values. */
function skeleton(der: Uint8Array): unknown[] {
  const shape: unknown[] = [];
  for (let offset = 0; offset < der.length; ) {
    const tag = der[offset] ?? 0;
    const first = der[offset + 1] ?? 0;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const start = offset + 2 + octets;
    const length = octets === 0 ? first : Number(`0x${bytesToHex(der.subarray(offset + 2, start))}`);
    const content = der.subarray(start, start + length);
    const fixed = [0x06, 0x01].includes(tag) ? bytesToHex(content) : '';
    shape.push((tag & 0x20) === 0 ? `${tag.toString(16)}${fixed}` : [tag.toString(16), skeleton(content)]);
    offset = start + length;
  }
  return shape;
}

/** Values of the extensions of a certificate, by object identifier, without what differs by nature. */
function extensionShapes(der: Uint8Array): unknown {
  const text = bytesToHex(der);
  return ['0603551d0f0101ff04', '0603551d130101ff04'].map((prefix) => text.slice(text.indexOf(prefix)).slice(0, 30));
}

describeWithVectors('beside Intel’s own', () => {
  const files = 'sgx-v3-00606a000000-plat-1cc40342';
  const fromPem = (pem: string): Uint8Array[] =>
    [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)].map(
      ([block]) => new Uint8Array(new X509Certificate(block).raw),
    );
  const intel = (file: string): Uint8Array[] => fromPem(Buffer.from(vector(`${files}/${file}`)).toString('latin1'));

  const shapesOf = async (issuer: IntelVendor, ca: 'processor' | 'platform'): Promise<Pck> => issuePck(issuer, { ca });

  test('certificates have the same structure, entry by entry', async () => {
    const pck = await shapesOf(vendor, 'platform');
    const [leaf, intermediate, anchor] = intel('quote.bin');
    const [signer] = intel('tcbSignChain.pem');
    const pairs = [
      [pck.certificate.der, leaf],
      [platform.certificate.der, intermediate],
      [root.certificate.der, anchor],
      [tcbSigning.certificate.der, signer],
    ] as const;
    for (const [ours, theirs] of pairs) {
      expect(skeleton(ours)).toEqual(skeleton(theirs ?? new Uint8Array()));
      expect(extensionShapes(ours)).toEqual(extensionShapes(theirs ?? new Uint8Array()));
    }
  });

  test('a Processor CA’s certificate has five entries, like Intel’s', async () => {
    const path = 'sgx-v3-00a067110000-proc-f8b81014/quote.bin';
    const [leaf] = fromPem(Buffer.from(vector(path)).toString('latin1'));
    const { certificate } = await shapesOf(vendor, 'processor');
    expect(sgxShape(certificate.der)).toEqual(sgxShape(leaf ?? new Uint8Array()));
  });

  test('CRLs have the same structure, empty and not', async () => {
    const empty = await issueCrl(vendor, 'root');
    expect(skeleton(empty)).toEqual(skeleton(vector(`${files}/rootCaCrl.der`)));
    const theirs = vector(`${files}/pckCrl.der`);
    const revoked = Array.from({ length: 44 }, (_, index) => Uint8Array.of(index + 1));
    expect(skeleton(await issueCrl(vendor, 'platform', { revoked }))).toEqual(skeleton(theirs));
  });
});

/** Skeleton of what is inside the SGX extension. */
function sgxShape(der: Uint8Array): unknown {
  const oid = '06092a864886f84d010d0104';
  const text = bytesToHex(der);
  const value = Buffer.from(text.slice(text.indexOf(oid) + oid.length + 6), 'hex');
  const length = value.readUInt16BE(2) + 4;
  return skeleton(value.subarray(0, length));
}
