import { createHash, createPublicKey, type KeyObject, randomBytes, verify, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { createP256Key } from '../p256-key.ts';
import { issuePck } from './pck.ts';
import { buildQuote, type Quote, type QuoteOptions, type QuoteRegion } from './quote.ts';
import { createAttestationKey } from './quoting-enclave.ts';
import { createIntelVendor } from './vendor.ts';

const now = new Date('2026-03-01T12:00:00Z');
const vendor = await createIntelVendor({ seed: 'quote.test', now });
const pck = await issuePck(vendor);

/** The bytes of a region; empty where the quote has no such region. */
function region({ bytes, regions }: Quote, name: QuoteRegion): Buffer {
  const [offset, length] = regions[name] ?? [0, 0];
  return Buffer.from(bytes.subarray(offset, offset + length));
}

function publicKey(point: Buffer): KeyObject {
  const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((half) => half.toString('base64url'));
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' });
}

const signedBy = (key: KeyObject, message: Buffer, signature: Buffer): boolean =>
  verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);

/** Every kind of quote: options, version, TEE type, body's offset and size, whether there is an outer header. */
const KINDS: readonly (readonly [name: string, QuoteOptions, number, number, number, number])[] = [
  ['SGX v3', {}, 3, 0, 48, 384],
  ['SGX v4', { version: 4 }, 4, 0, 48, 384],
  ['SGX v5', { version: 5 }, 5, 0, 54, 384],
  ['TDX v4', { body: 'td10' }, 4, 0x81, 48, 584],
  ['TDX v5, body type 2', { body: 'td10', version: 5 }, 5, 0x81, 54, 584],
  ['TDX v5, body type 3', { body: 'td15' }, 5, 0x81, 54, 648],
  ['TDX v5, body type 4', { body: 'td15ex' }, 5, 0x81, 54, 885],
];

describe.each(KINDS)('%s', (_name, options, version, teeType, bodyOffset, bodySize) => {
  test('has its parts where the format wants them, without a gap', async () => {
    const quote = await buildQuote(vendor, pck, options);
    const { bytes, regions } = quote;
    expect(region(quote, 'header').readUInt16LE(0)).toBe(version);
    expect(region(quote, 'header').readUInt32LE(4)).toBe(teeType);
    expect(regions.body).toEqual([bodyOffset, bodySize]);
    expect(regions.bodyDescriptor).toEqual(version === 5 ? [48, 6] : undefined);
    const end = bodyOffset + bodySize;
    expect(regions).toMatchObject({
      authDataLen: [end, 4],
      quoteSignature: [end + 4, 64],
      attestationKey: [end + 68, 64],
    });
    expect(region(quote, 'authDataLen').readUInt32LE()).toBe(bytes.length - end - 4);
    const outer = version === 3 ? 0 : 6;
    expect(regions.outerCertHeader).toEqual(outer === 0 ? undefined : [end + 132, 6]);
    if (outer > 0) {
      expect(region(quote, 'outerCertHeader').readUInt16LE()).toBe(6);
      expect(region(quote, 'outerCertHeader').readUInt32LE(2)).toBe(bytes.length - end - 138);
    }
    expect(regions.qeReport).toEqual([end + 132 + outer, 384]);
    expect(region(quote, 'qeAuthLen').readUInt16LE()).toBe(region(quote, 'qeAuth').length);
    expect(region(quote, 'certHeader').readUInt16LE()).toBe(5);
    expect(region(quote, 'certHeader').readUInt32LE(2)).toBe(region(quote, 'certData').length);
    const total = Object.values(regions).reduce((sum, [, length]) => sum + length, 0);
    expect(total).toBe(bytes.length);
  });

  test('is signed by its attestation key, which the QE vouches for, which the PCK vouches for', async () => {
    const quote = await buildQuote(vendor, pck, options);
    const attestationKey = region(quote, 'attestationKey');
    const signed = Buffer.from(quote.bytes.subarray(0, bodyOffset + bodySize));
    expect(signedBy(publicKey(attestationKey), signed, region(quote, 'quoteSignature'))).toBe(true);
    const report = region(quote, 'qeReport');
    const binding = createHash('sha256').update(attestationKey).update(region(quote, 'qeAuth')).digest();
    expect(report.subarray(320)).toEqual(Buffer.concat([binding, Buffer.alloc(32)]));
    const leaf = new X509Certificate(region(quote, 'certData').subarray(0, -1));
    expect(signedBy(leaf.publicKey, report, region(quote, 'qeReportSignature'))).toBe(true);
  });

  test('comes out the same from the same seed', async () => {
    const again = await createIntelVendor({ seed: 'quote.test', now });
    const theirs = await buildQuote(again, await issuePck(again), options);
    expect(theirs.bytes).toEqual((await buildQuote(vendor, pck, options)).bytes);
  });
});

test('a vendor without a seed signs soundly too', async () => {
  const other = await createIntelVendor({ randomBytes, now });
  const attestationKey = createAttestationKey(other);
  const quote = await buildQuote(other, await issuePck(other), { attestationKey });
  const signed = Buffer.from(quote.bytes.subarray(0, 432));
  expect(signedBy(publicKey(Buffer.from(attestationKey.point)), signed, region(quote, 'quoteSignature'))).toBe(true);
});

test('certification data of every type', async () => {
  const data = async (certification: NonNullable<QuoteOptions['certification']>): Promise<[number, Buffer]> => {
    const quote = await buildQuote(vendor, pck, { certification });
    return [region(quote, 'certHeader').readUInt16LE(), region(quote, 'certData')];
  };
  const { ppid, cpuSvn } = pck.platform;
  const svns = Buffer.concat([cpuSvn, Buffer.of(13, 0), Buffer.of(0, 0)]);
  expect(await data({ form: 'ppid' })).toEqual([1, Buffer.concat([ppid, svns])]);
  const [type2, rsa2048] = await data({ form: 'encrypted-ppid', bits: 2048 });
  expect([type2, rsa2048.length, rsa2048.subarray(256)]).toEqual([2, 276, svns]);
  const [type3, rsa3072] = await data({ form: 'encrypted-ppid', bits: 3072 });
  expect([type3, rsa3072.length, rsa3072.subarray(384)]).toEqual([3, 404, svns]);
  expect(await data({ form: 'leaf' })).toEqual([4, Buffer.from(pck.certificate.pem)]);
  const chain = pck.chain.map(({ pem }) => pem).join('');
  expect(await data({ form: 'chain' })).toEqual([5, Buffer.from(`${chain}\0`)]);
  expect(await data({ form: 'chain', nul: false })).toEqual([5, Buffer.from(chain)]);
  const der = Buffer.concat(pck.chain.map((certificate) => certificate.der));
  expect(await data({ form: 'chain', encoding: 'der' })).toEqual([5, der]);
  expect(await data({ form: 'raw', type: 9, data: Uint8Array.of(1) })).toEqual([9, Buffer.of(1)]);
});

test('fields of reports, of the header and of the QE report can be set', async () => {
  const quote = await buildQuote(vendor, pck, {
    body: 'td10',
    report: { reportData: new Uint8Array(64).fill(1), rtmr3: new Uint8Array(48).fill(2) },
    header: { qeSvn: 0x1234 },
    qeReport: { isvSvn: 3, mrSigner: new Uint8Array(32).fill(4) },
    trailing: new Uint8Array(70),
  });
  expect(region(quote, 'body').subarray(520)).toEqual(Buffer.alloc(64, 1));
  expect(region(quote, 'body').subarray(472, 520)).toEqual(Buffer.alloc(48, 2));
  expect(region(quote, 'header').readUInt16LE(8)).toBe(0x1234);
  expect(region(quote, 'qeReport').readUInt16LE(258)).toBe(3);
  expect(region(quote, 'qeReport').subarray(128, 160)).toEqual(Buffer.alloc(32, 4));
  expect(region(quote, 'trailing')).toEqual(Buffer.alloc(70));
});

test('a TD report 1.0 has no fields of 1.5', async () => {
  const wrong = buildQuote(vendor, pck, { body: 'td10', report: { mrServiceTd: new Uint8Array(48) } });
  await expect(wrong).rejects.toThrow('mrServiceTd: this structure has no such field');
});

test('another signer leaves the named key alone', async () => {
  const quoteSigner = createP256Key(vendor.entropy, 'stranger');
  const sound = await buildQuote(vendor, pck);
  const forged = await buildQuote(vendor, pck, { quoteSigner });
  expect(region(forged, 'attestationKey')).toEqual(region(sound, 'attestationKey'));
  const signed = Buffer.from(forged.bytes.subarray(0, 432));
  expect(signedBy(publicKey(Buffer.from(quoteSigner.point)), signed, region(forged, 'quoteSignature'))).toBe(true);
});

describeWithVectors('beside real quotes', () => {
  test.each([
    ['sgx-v3-00606a000000-plat-1cc40342', {}],
    ['tdx-v4-00806f050000-00b2526a', { body: 'td10' }],
    ['tdx-v5-90c06f000000-d21a11db', { body: 'td15' }],
  ] as const)('%s: the same regions up to the certification data', async (folder, options: QuoteOptions) => {
    const meta: { readonly regions: Record<string, readonly number[]> } = JSON.parse(vectorText(`${folder}/meta.json`));
    const { certData: theirs, ...before } = meta.regions;
    const quote = await buildQuote(vendor, pck, options);
    const { certData: ours, ...regions } = quote.regions;
    expect(regions).toEqual(before);
    expect(ours?.[0]).toBe(theirs?.[0]);
    const real = vector(`${folder}/quote.bin`);
    // Version, key type, TEE type; then the QE vendor.
    expect(quote.bytes.subarray(0, 8)).toEqual(real.subarray(0, 8));
    expect(quote.bytes.subarray(12, 28)).toEqual(real.subarray(12, 28));
  });
});
