import { gzipSync } from 'node:zlib';
import {
  createEntropy,
  createIntelVendor,
  createP256Key,
  type Extension,
  issueCertificate,
  makeExhibit,
} from '@assay/simulate';
import { toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { TEES } from '../tees.ts';
import { type Recognised, recognise } from './recognise.ts';

const kindOf = (found: Recognised | undefined): string | undefined =>
  found?.kind === 'evidence' ? found.tee.name : found?.kind;
const text = (value: string): Uint8Array => Buffer.from(value);

describeWithVectors('real files', () => {
  test.each([
    ['sgx-v3-00606a000000-plat-1cc40342/quote.bin', 'sgx'],
    ['tdx-v4-50806f000000-12b401a8/quote.bin', 'tdx'],
    ['tdx-v5-90c06f000000-d0010db6/quote.bin', 'tdx'],
    ['snp-v2-milan-vcek-120d77b2/report.bin', 'snp'],
    ['snp-v5-genoa-vcek-6d1ceffa/report.bin', 'snp'],
    ['confidential-space/valid.jwt', 'confidential-space'],
    ['eventlog/dstack-rtmr3/report.json', 'reply'],
    ['eventlog/ccel-gcp/ccel_data.dat', 'event-log'],
    ['neg-intel-qvs-trunc-tdx-a/quote.bin', 'tdx'],
  ])('%s is %s, raw, in hexadecimal and in base64', (path, kind) => {
    const bytes = vector(path);
    const hex = toHex(bytes);
    const lines = hex.replace(/.{1,64}/g, '$&\n');
    const buffer = Buffer.from(bytes);
    expect(kindOf(recognise(bytes, TEES))).toBe(kind);
    for (const [encoding, written] of [
      ['hex', hex],
      ['hex', `0x${hex.toUpperCase()}\n`],
      ['hex', lines],
      ['base64', buffer.toString('base64')],
      ['base64', `  ${buffer.toString('base64').replace(/.{1,76}/g, '$&\r\n')}`],
      ['base64', buffer.toString('base64url')],
    ] as const) {
      const found = recognise(text(written), TEES);
      expect([kindOf(found), found?.encoding]).toEqual([kind, encoding]);
    }
  });

  test.each([
    '_amd/ark-milan-69d063.der',
    'confidential-space/root.crt',
    'eventlog/ccel-gcp/nonce.dat',
    'gramine/hello.sig',
  ])('%s is no evidence', (path) => {
    expect(recognise(vector(path), TEES)).toBeUndefined();
  });
});

test.each([
  ['{"schema":"assay.evidence/1"}', 'envelope'],
  ['{"schema":"assay.evidence/9"}', 'envelope'],
  [' \n{"schema":"assay.bundle/1"}', 'bundle'],
  // Broken, but it says what it was meant to be: that deserves a verdict.
  ['{"schema":"assay.evidence/1","evidence":', 'envelope'],
  ['{"schema":"assay.bundle/1","schema":"assay.bundle/1"}', 'bundle'],
  ['{"quote":"0400"}', 'reply'],
  ['{"event_log":"[]"}', 'event-log'],
  ['[{"imr":0,"event_type":1}]', 'event-log'],
  ['{"schema":"assay.policy/1"}', undefined],
  ['{"tcbInfo":{},"signature":""}', undefined],
  ['{', undefined],
  ['[]', undefined],
  ['[1]', undefined],
  ['""', undefined],
  ['', undefined],
  [' ', undefined],
  ['hello', undefined],
  ['abcd', undefined],
  ['-----BEGIN CERTIFICATE-----', undefined],
  ['[[[['.repeat(100_000), undefined],
])('%.40s is %s', (written, kind) => {
  expect(kindOf(recognise(text(written), TEES))).toBe(kind);
});

const OID = '1.3.6.1.4.1.62397.1';

async function certificateWith(...extensions: readonly Extension[]) {
  const key = createP256Key(createEntropy({ seed: 'ra-tls' }), 'key');
  const name = { commonName: 'RA-TLS', organisation: 'SIMULATED', locality: 'Here', state: 'XX', country: 'XX' };
  return issueCertificate(key, {
    version: 3,
    serial: Uint8Array.of(1),
    issuer: name,
    subject: name,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    spki: key.spki,
    innerAlgorithm: Uint8Array.from(Buffer.from('300a06082a8648ce3d040302', 'hex')),
    extensions,
  });
}

/** An OCTET STRING around bytes. */
function octets(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Uint8Array.from([0x04, ...size, ...bytes]);
}
const extension = (id: string, value: Uint8Array): Extension => ({ id, critical: false, value });

test('a certificate carries a TDX quote and its log', async () => {
  const vendor = await createIntelVendor({ seed: 'ra-tls', now: new Date('2026-02-01T00:00:00Z') });
  const { evidence } = await makeExhibit(vendor, { quote: { body: 'td10' } });
  const log = text('[{"imr":3}]');
  const packed = Buffer.concat([text('ELGZv1'), gzipSync(log)]);
  for (const [quote, events] of [
    [octets(evidence), octets(log)],
    [evidence, log],
    [octets(evidence), octets(packed)],
  ] as const) {
    const { der, pem } = await certificateWith(extension(`${OID}.1`, quote), extension(`${OID}.2`, events));
    for (const file of [der, text(pem), text(`${pem}${pem}`)]) {
      const found = recognise(file, TEES);
      if (found?.kind !== 'certificate' || 'reason' in found.carried) throw new Error('not recognised');
      expect(found.carried.evidence.oid).toBe(`${OID}.1`);
      expect(found.carried.evidence.evidence).toEqual(evidence);
      expect(Buffer.from(found.carried.evidence.eventLog ?? '').toString()).toBe(log.toString());
    }
  }
});

test('a certificate carries an SGX quote', async () => {
  const vendor = await createIntelVendor({ seed: 'ra-tls', now: new Date('2026-02-01T00:00:00Z') });
  const { evidence } = await makeExhibit(vendor);
  const { der } = await certificateWith(extension('1.2.840.113741.1337.6', evidence));
  const found = recognise(der, TEES);
  expect(found).toMatchObject({ kind: 'certificate', carried: { evidence: { oid: '1.2.840.113741.1337.6' } } });
});

test.each([
  ['an attestation that is none', extension(`${OID}.8`, octets(Uint8Array.of(1, 2, 3)))],
  [
    'a log that unfolds to too much',
    extension(`${OID}.2`, Buffer.concat([text('ELGZv1'), gzipSync(Buffer.alloc(1e6))])),
  ],
])('a certificate with %s is one, malformed', async (_name, broken) => {
  const { der } = await certificateWith(extension(`${OID}.1`, octets(text('quote'))), broken);
  expect(recognise(der, TEES)).toMatchObject({ kind: 'certificate', carried: { reason: expect.any(String) } });
});

test('no bytes crash it', () => {
  const starts = ['', '{"schema":"assay.evidence/1"', '0300', '-----BEGIN CERTIFICATE-----\n', '0x', 'eyJ'].map(text);
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      recognise(Buffer.concat([start, rest]), TEES);
    }),
  );
});

test('the largest texts are read without recursion', () => {
  for (const character of ['a', 'A', '0', ' ', '{', '-', '\n']) {
    expect(recognise(Buffer.alloc(16_777_216, character), TEES)).toBeUndefined();
  }
});
