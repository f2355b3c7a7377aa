import fc from 'fast-check';
import { expect, test } from 'vitest';
import { der, extensionList } from '../../../../tools/der-in-tests.ts';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { certificate } from '../../../../tools/x509-in-tests.ts';
import { toBase64, toBase64Url } from '../codec/base64.ts';
import { concatBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { confidentialSpace } from '../confidential-space/index.ts';
import { AssayError } from '../errors.ts';
import { sgx } from '../sgx/index.ts';
import { snp } from '../snp/index.ts';
import { tdx } from '../tdx/index.ts';
import { recognise } from './recognise.ts';
import { unwrap } from './unwrap.ts';

const TEES = [sgx, tdx, snp, confidentialSpace];
const found = (bytes: Uint8Array) => recognise(bytes, TEES);
/** In one word what bytes are. */
const kindOf = (bytes: Uint8Array): string | undefined => {
  const recognised = found(bytes);
  return recognised?.kind === 'evidence' ? recognised.tee.name : recognised?.kind;
};

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
    ['confidential-space/root.crt', 'certificates'],
    ['_amd/ark-milan-69d063.der', 'certificates'],
  ])('%s is %s, raw, in hexadecimal and in base64', (path, kind) => {
    const bytes = vector(path);
    const hex = toHex(bytes);
    expect(kindOf(bytes)).toBe(kind);
    for (const [encoding, written] of [
      ['hex', hex],
      ['hex', `0x${hex.toUpperCase()}\n`],
      ['hex', hex.replace(/.{1,64}/g, '$&\n')],
      ['base64', toBase64(bytes)],
      ['base64', `  ${toBase64(bytes).replace(/.{1,76}/g, '$&\r\n')}`],
      ['base64', toBase64Url(bytes)],
    ] as const) {
      expect([kindOf(utf8(written)), found(utf8(written))?.encoding]).toEqual([kind, encoding]);
    }
  });

  test.each(['eventlog/ccel-gcp/nonce.dat', 'gramine/hello.sig'])('%s is nothing that it knows', (path) => {
    expect(found(vector(path))).toBeUndefined();
  });
});

test.each([
  ['{"schema":"assay.evidence/1"}', 'envelope'],
  ['{"schema":"assay.evidence/9"}', 'envelope'],
  ['{"schema":"assay.response/1"}', 'response'],
  [' \n{"schema":"assay.bundle/1"}', 'bundle'],
  // Broken, but it says what it was meant to be: that deserves a verdict.
  ['{"schema":"assay.evidence/1","evidence":', 'envelope'],
  ['{"schema":"assay.bundle/1","schema":"assay.bundle/1"}', 'bundle'],
  ['{"quote":"0400"}', 'reply'],
  ['{"schema":"vendor/1","quote":"0400"}', 'reply'],
  ['{"event_log":"[]"}', 'event-log'],
  ['[{"imr":0,"event_type":1}]', 'event-log'],
  ['{"schema":"assay.policy/1"}', 'json'],
  ['{"tcbInfo":{},"signature":""}', 'json'],
  ['{', undefined],
  ['[]', undefined],
  ['[1]', undefined],
  ['""', undefined],
  ['', undefined],
  [' ', undefined],
  ['hello', undefined],
  ['abcd', undefined],
  ['-----BEGIN CERTIFICATE-----', undefined],
])('%s is %s', (written, kind) => {
  expect(kindOf(utf8(written))).toBe(kind);
});

test('JSON that is no UTF-8 is nothing', () => {
  expect(found(concatBytes(utf8('{"a":"'), Uint8Array.of(0xff), utf8('"}')))).toBeUndefined();
});

test('much nesting is nothing', () => {
  expect(found(utf8('[[[['.repeat(100_000)))).toBeUndefined();
});

test('of a chain, the first certificate counts', () => {
  const carrying = certificate({
    extensions: der(0xa3, extensionList([{ id: '1.2.840.113741.1337.6', value: utf8('quote') }])),
  });
  expect(found(concatBytes(carrying, certificate()))).toMatchObject({
    kind: 'certificate',
    oid: '1.2.840.113741.1337.6',
  });
  expect(kindOf(concatBytes(certificate(), carrying))).toBe('certificates');
});

test('no bytes crash it, nor what reads the evidence that it found', async () => {
  const starts = [
    ...['', '{"schema":"assay.evidence/1"', '0300', '-----BEGIN CERTIFICATE-----\n', '0x', 'eyJ'].map(utf8),
    ...['{"quote":"', '{"schema":"assay.response/1","attestation":{', '[{"imr":'].map(utf8),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
      const recognised = found(concatBytes(start, rest));
      if (recognised === undefined || recognised.kind === 'event-log') return;
      if (recognised.kind === 'json' || recognised.kind === 'certificates') return;
      await unwrap(recognised).catch((error: unknown) => {
        if (!(error instanceof AssayError && error.code === 'malformed')) throw error;
      });
    }),
  );
});

test('the largest texts are read without recursion', () => {
  for (const character of ['a', 'A', '0', ' ', '{', '-', '\n']) {
    expect(found(new Uint8Array(16_777_216).fill(character.charCodeAt(0)))).toBeUndefined();
  }
});
