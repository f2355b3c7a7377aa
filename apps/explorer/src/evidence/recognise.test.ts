import { gzipSync } from 'node:zlib';
import {
  createEntropy,
  createIntelVendor,
  createP256Key,
  type Extension,
  issueCertificate,
  makeExhibit,
} from '@assay/simulate';
import { toBase64 } from '@assay/verify/codec';
import { serialiseEnvelope } from '@assay/verify/evidence';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { recognise } from './recognise.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** In one word what bytes are. */
async function kindOf(bytes: Uint8Array): Promise<string | undefined> {
  const found = await recognise(bytes);
  if (found === undefined) return undefined;
  return 'found' in found ? found.found.kind : Object.keys(found)[0];
}

describeWithVectors('real files', () => {
  test.each([
    ['sgx-v3-00606a000000-plat-1cc40342/quote.bin', 'bare'],
    ['tdx-v5-90c06f000000-d0010db6/quote.bin', 'bare'],
    ['snp-v5-genoa-vcek-6d1ceffa/report.bin', 'bare'],
    ['confidential-space/valid.jwt', 'bare'],
    ['eventlog/dstack-rtmr3/report.json', 'reply'],
    ['eventlog/ccel-gcp/ccel_data.dat', 'eventLog'],
    ['confidential-space/root.crt', 'root'],
    ['gramine/hello.sig', undefined],
  ])('%s is %s', async (path, kind) => {
    expect(await kindOf(vector(path))).toBe(kind);
  });
});

const envelope = serialiseEnvelope({ evidence: text('x') });

test.each([
  ['an envelope', envelope, 'envelope'],
  ['an answer', `{"schema":"assay.response/1","attestation":${envelope}}`, 'response'],
  ['an answer without evidence', '{"schema":"assay.response/1"}', 'malformed'],
  ['an envelope of the future', '{"schema":"assay.evidence/9"}', 'malformed'],
  ['an empty bundle', '{"schema":"assay.bundle/1"}', 'malformed'],
  ['an envelope that breaks off', '{"schema":"assay.evidence/1","evidence":', 'malformed'],
  ['a reply', '{"quote":"0x0400","eventLog":"[]"}', 'reply'],
  ['a reply whose quote is no hexadecimal', '{"quote":"04z0"}', 'malformed'],
  ['a reply with a log alone', '{"event_log":"[]"}', 'eventLog'],
  ['a log', '[{"imr":0,"event_type":1}]', 'eventLog'],
  ['another object', '{"releases":[]}', 'json'],
  ['another list', '[1]', undefined],
  ['no JSON', '{', undefined],
  ['nothing', '', undefined],
  ['a word', 'hello', undefined],
  ['much nesting', '[[[['.repeat(100_000), undefined],
])('%s is known for what it is', async (_name, written, kind) => {
  expect(await kindOf(text(written))).toBe(kind);
});

test('a reply’s log comes as text or in place', async () => {
  const log = [{ imr: 3, event_type: 134217729 }];
  for (const member of [{ event_log: JSON.stringify(log) }, { eventLog: log }]) {
    const found = await recognise(text(JSON.stringify({ quote: '0400', vmConfig: '{}', ...member })));
    if (found === undefined || !('found' in found)) throw new Error('not recognised');
    expect(new TextDecoder().decode(found.found.evidence.eventLog)).toBe(JSON.stringify(log));
  }
});

describe('a certificate', () => {
  const OID = '1.3.6.1.4.1.62397.1';
  const name = { commonName: 'RA-TLS', organisation: 'SIMULATED', locality: 'Here', state: 'XX', country: 'XX' };
  let quote: Uint8Array;
  beforeAll(async () => {
    const vendor = await createIntelVendor({ seed: 'explorer', now: new Date('2026-02-01T00:00:00Z') });
    quote = (await makeExhibit(vendor)).evidence;
  });
  const certificateWith = (...extensions: readonly (readonly [string, Uint8Array])[]) => {
    const key = createP256Key(createEntropy({ seed: 'ra-tls' }), 'key');
    return issueCertificate(key, {
      version: 3,
      serial: Uint8Array.of(1),
      issuer: name,
      subject: name,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-01-01T00:00:00Z'),
      spki: key.spki,
      innerAlgorithm: Uint8Array.from(Buffer.from('300a06082a8648ce3d040302', 'hex')),
      extensions: extensions.map(([id, value]): Extension => ({ id, critical: false, value })),
    });
  };

  test('carries a quote, and its log plain or packed', async () => {
    const log = text('[{"imr":3}]');
    for (const written of [log, Buffer.concat([text('ELGZv1'), gzipSync(log)])]) {
      const { pem } = await certificateWith([`${OID}.1`, quote], [`${OID}.2`, written]);
      const found = await recognise(text(pem));
      expect(found).toMatchObject({ found: { kind: 'certificate', evidence: { evidence: quote } } });
      if (found && 'found' in found) expect(toBase64(found.found.evidence.eventLog ?? text(''))).toBe(toBase64(log));
    }
  });

  test.each([
    ['a log that unfolds to too much', gzipSync(Buffer.alloc(1e6))],
    ['a log that is no gzip', text('hello')],
  ])('with %s is malformed', async (_name, packed) => {
    const { der } = await certificateWith([`${OID}.1`, quote], [`${OID}.2`, Buffer.concat([text('ELGZv1'), packed])]);
    expect(await recognise(der)).toEqual({ malformed: expect.stringContaining('larger than 16384') });
  });

  test('of SGX carries its quote', async () => {
    const { der } = await certificateWith(['1.2.840.113741.1337.6', quote]);
    expect(await kindOf(der)).toBe('certificate');
  });

  test('that signs itself and carries nothing is a root', async () => {
    const { der } = await certificateWith();
    expect(await recognise(der)).toMatchObject({ name: 'RA-TLS (SIMULATED)' });
  });
});

test('no bytes crash it', async () => {
  const starts = ['', '{"schema":"assay.evidence/1"', '0300', '-----BEGIN CERTIFICATE-----\n', '0x', 'eyJ'].map(text);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
      await recognise(new Uint8Array(Buffer.concat([start, rest])));
    }),
  );
});
