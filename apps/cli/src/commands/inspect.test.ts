import { createIntelVendor, makeExhibit } from '@assay/simulate';
import { buildStatement, statementDigest } from '@assay/verify/binding';
import { serialiseEnvelope } from '@assay/verify/evidence';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { NOW } from '../../../../tools/demo-folder.ts';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';

async function inspected(bytes: Uint8Array | string) {
  const stdin = async () => Buffer.from(bytes);
  const plain = await assayHere(['inspect', '-'], { stdin });
  const json = await assayHere(['inspect', '-', '--json'], { stdin });
  expect(json.exit).toBe(plain.exit);
  return { exit: plain.exit, table: plain.output, document: JSON.parse(json.output) };
}

describeWithVectors('real files', () => {
  test.each([
    ['sgx-v3-00606a000000-plat-1cc40342/quote.bin', 'Intel SGX quote, version 3', '46049af725ec3986eeb7'],
    ['tdx-v5-00806f050000-67adfc4a/quote.bin', 'Intel TDX quote, version 5', 'aa083a82f5c83462c30d'],
    ['tdx-v4-50806f000000-12b401a8/quote.bin', 'Intel TDX quote, version 4', '50806f000000'],
    ['snp-v5-turin-vcek-3f44a09b/report.bin', 'AMD SEV-SNP report, version 5', 'f924dd18f168df60fbea'],
    ['confidential-space/valid.jwt', 'Google Confidential Space token', 'sha256:313b8a83d3c8'],
    ['eventlog/dstack-rtmr3/report.json', "dstack guest agent's reply: Intel TDX quote", '45c2309ffdc521edbed3'],
    ['eventlog/dstack-quote-report/report.json', "dstack guest agent's reply", 'compose-hash'],
    ['eventlog/ccel-gcp/ccel_data.dat', 'TCG (CCEL) event log', 'EV_EFI_VARIABLE_BOOT'],
  ])('%s', async (path, title, value) => {
    const { exit, table, document } = await inspected(vector(path));
    expect([exit, document.schema, document.problems]).toEqual([0, 'assay.inspection/1', []]);
    expect(document.title).toContain(title);
    expect(JSON.stringify(document.content)).toContain(value);
    expect(table).toContain(`${document.title}, not verified`);
    expect(table).toContain(value);
  });

  test('the chain of a quote is listed, leaf first', async () => {
    const { document } = await inspected(vector('tdx-v5-00806f050000-67adfc4a/quote.bin'));
    expect(document.content.certificates.map(({ subject }: { subject: string }) => subject)).toEqual([
      'Intel SGX PCK Certificate',
      'Intel SGX PCK Platform CA',
      'Intel SGX Root CA',
    ]);
  });

  test('what is malformed says where, exit 1', async () => {
    const { exit, table, document } = await inspected(vector('neg-intel-qvs-trunc-sgx-a/quote.bin'));
    expect([exit, document.problems]).toEqual([1, ['dcap.quote.length: found 432 bytes']]);
    expect(table).toContain('malformed');
  });

  test('an event log that contradicts itself says where', async () => {
    const log = Buffer.from(vector('eventlog/dstack-rtmr3/report.json')).toString().replace('app-id', 'app-ie');
    const { exit, document } = await inspected(log);
    expect(exit).toBe(1);
    expect(document.problems.join()).toContain('recomputed');
  });
});

test('an envelope shows what it carries', async () => {
  const statement = buildStatement({
    ...{ type: 'attestation', instance: '00'.repeat(16), nonce: null, aud: null },
    ...{ issuedAt: 1_700_000_000, keys: [], claims: {} },
  });
  const vendor = await createIntelVendor({ seed: 'inspect', now: new Date(NOW) });
  const report = { reportData: await statementDigest(statement) };
  const { evidence } = await makeExhibit(vendor, { quote: { body: 'td10', report } });
  const proof = { index: 1, size: 2, salt: new Uint8Array(16), path: [new Uint8Array(32)] };
  const endorsements = { dcap: { tcbInfo: '{}' } };
  const envelope = serialiseEnvelope({ tee: 'tdx', evidence, statement, proof, endorsements });
  const { exit, document } = await inspected(envelope);
  expect([exit, document.kind]).toEqual([0, 'envelope']);
  expect(document.content).toMatchObject({
    statement: { profile: 'assay/1', type: 'attestation' },
    proof: { index: 1, size: 2 },
    endorsements: { dcap: { tcbInfo: '2 bytes' } },
  });
});

describe('hostile files', () => {
  const quote = Buffer.concat([
    Buffer.from('04000200810000000000000093', 'hex'),
    Buffer.from('9a7233f79c4ca9940a0db3957f0607', 'hex'),
  ]);

  test.each([
    ['a quote whose length field says 4 GB', Buffer.concat([quote, Buffer.alloc(604), Buffer.alloc(400, 0xff)]), 1],
    ['10 MB of PEM', '-----BEGIN CERTIFICATE-----\n'.repeat(360_000), 2],
    ['deep JSON', `{"schema":"assay.evidence/1","a":${'['.repeat(1_000_000)}`, 1],
    ['10 MB of nothing', Buffer.alloc(10_000_000), 2],
    ['an envelope around nothing', '{"schema":"assay.evidence/1","tee":null,"evidence":""}', 1],
    [
      'an envelope around an envelope',
      `{"schema":"assay.evidence/1","tee":"sgx","evidence":"${btoa('{"schema":"assay.evidence/1"}')}"}`,
      1,
    ],
    [
      'a control character in a name',
      '[{"imr":0,"event_type":1,"digest":"","event":"\\u001b[2J","event_payload":""}]',
      1,
    ],
  ])('%s', async (_what, bytes, exit) => {
    const answer = await assayHere(['inspect', '-'], { stdin: async () => Buffer.from(bytes) });
    expect(answer.exit).toBe(exit);
    expect(answer.output + answer.log).not.toContain('\u001b');
    expect(answer.log).not.toContain('    at ');
  });

  test('no bytes crash it', async () => {
    const starts = [
      quote,
      Buffer.from('0300020000000000', 'hex'),
      Buffer.from('{"quote":"04'),
      Buffer.from('0500000000'),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 1500 }), async (start, rest) => {
        const answer = await assayHere(['inspect', '-'], { stdin: async () => Buffer.concat([start, rest]) });
        expect([0, 1, 2]).toContain(answer.exit);
        expect(answer.log).not.toContain('    at ');
      }),
      { numRuns: 50 },
    );
  });
});
