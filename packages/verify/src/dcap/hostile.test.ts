import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { implementation } from '#crypto';
import { type IntelCase, intelCase } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import { authenticate } from '../authenticate.ts';
import { concatBytes } from '../codec/bytes.ts';
import { fromHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import type { DcapCollateral } from '../endorsements/raw.ts';
import { AssayError } from '../errors.ts';
import type { AuthenticateOptions } from '../options.ts';
import { sgx } from '../sgx/index.ts';
import { snp } from '../snp/index.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { INTEL_VENDOR } from './header.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const OPTIONS: AuthenticateOptions = { tees: [sgx, tdx, snp], now: NOW };
const failures = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

/** A refusing verdict that names a check: what every hostile input must come to. */
async function refused(evidence: Uint8Array, options: Partial<AuthenticateOptions> = {}): Promise<readonly string[]> {
  const verdict = await authenticate(evidence, { ...OPTIONS, ...options });
  expect([verdict.layers.authentic, verdict.outcome, verdict.trusted]).toEqual(['fail', 'contraindicated', false]);
  expect(failures(verdict).length).toBeGreaterThan(0);
  return failures(verdict);
}

const header = (version: number, teeType: number): Uint8Array =>
  concatBytes(Uint8Array.of(version, 0, 2, 0, teeType, 0, 0, 0, 0, 0, 0, 0), fromHex(INTEL_VENDOR), new Uint8Array(20));

describe('bad evidence', () => {
  test('of any bytes is refused by a check', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 6000, size: 'max' }), async (bytes) => {
        await refused(bytes);
      }),
      { numRuns: 50 },
    );
  });

  test('of any bytes after a header of a quote is refused by a check', async () => {
    const kind = fc.constantFrom([3, 0], [4, 0], [5, 0], [4, 0x81], [5, 0x81]);
    await fc.assert(
      fc.asyncProperty(kind, fc.uint8Array({ maxLength: 6000, size: 'max' }), async ([version, tee], bytes) => {
        for (const id of await refused(concatBytes(header(version ?? 3, tee ?? 0), bytes))) {
          expect(id).toMatch(/^dcap\./);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('that is empty, or text, or huge, is refused', async () => {
    expect(await refused(new Uint8Array(0))).toEqual(['evidence.recognised']);
    expect(await refused(utf8('{"quote":"AwACAAAAAAA"}'))).toEqual(['evidence.recognised']);
    expect(await refused(concatBytes(header(4, 0x81), new Uint8Array(20_000_000)))).toEqual(['dcap.quote.length']);
  });
});

describe("the caller's own mistakes", () => {
  const evidence = header(3, 0);
  test.each<readonly [string, Partial<Record<keyof AuthenticateOptions, unknown>>]>([
    ['now', { now: new Date(Number.NaN) }],
    ['now', { now: undefined }],
    ['now', { now: 1_750_000_000 }],
    ['now', { now: new Date(-1000) }],
    ['now', { now: new Date(8.64e15) }],
    ['clockSkewSeconds', { clockSkewSeconds: Number.NaN }],
    ['clockSkewSeconds', { clockSkewSeconds: -1 }],
    ['clockSkewSeconds', { clockSkewSeconds: 1e9 }],
    ['clockSkewSeconds', { clockSkewSeconds: Number.POSITIVE_INFINITY }],
    ['tees', { tees: [] }],
    ['tees', { tees: undefined }],
    ['tees', { tees: [{}] }],
  ])('are errors of usage that name %s', async (field, wrong) => {
    const options = { ...OPTIONS, ...wrong } as AuthenticateOptions;
    const error: unknown = await authenticate(evidence, options).catch((thrown: unknown) => thrown);
    if (!(error instanceof AssayError)) throw new Error('no AssayError');
    expect([error.code, error.details.field]).toEqual(['usage', field]);
  });

  test('evidence that is no bytes', async () => {
    for (const wrong of ['AwACAAAA', undefined, [3, 0], { evidence: 'AwACAAAA' }]) {
      await expect(authenticate(wrong as unknown as Uint8Array, OPTIONS)).rejects.toMatchObject({ code: 'usage' });
    }
  });
});

describeWithVectors('bad parts of a real quote', () => {
  let one: IntelCase;
  let td: IntelCase;
  const judge = (sample: IntelCase, collateral: Partial<DcapCollateral>, quote = sample.quote) =>
    refused(quote, {
      now: new Date(sample.time * 1000),
      endorsements: { dcap: { ...sample.collateral, ...collateral } },
    });

  beforeAll(() => {
    one = intelCase('sgx-v3-00a067110000-proc-f8b81014');
    td = intelCase('tdx-v5-90c06f000000-d21a11db');
  });

  test('cut anywhere: refused by its length or its signature data', async () => {
    const step = implementation === 'node' ? 7 : 97;
    for (const sample of [one, td]) {
      for (let length = 0; length < sample.quote.length; length += step) {
        const ids = await judge(sample, {}, sample.quote.subarray(0, length));
        expect(ids).toEqual([
          length < 48 ? 'evidence.recognised' : length < 1020 ? 'dcap.quote.length' : 'dcap.quote.auth-data',
        ]);
      }
    }
  });

  test('lengths of 1 GB', async () => {
    for (const [sample, region, skip] of [
      [one, 'authDataLen', 0],
      [one, 'certHeader', 2],
      [td, 'authDataLen', 0],
      [td, 'outerCertHeader', 2],
      [td, 'certHeader', 2],
      [td, 'bodyDescriptor', 2],
    ] as const) {
      const quote = sample.quote.slice();
      quote.set([0, 0, 0, 0x40], (sample.meta.regions?.[region]?.[0] ?? 0) + skip);
      const id = region === 'bodyDescriptor' ? 'dcap.quote.body' : 'dcap.quote.auth-data';
      expect(await judge(sample, {}, quote)).toEqual([id]);
    }
  });

  test('the quote of the other TEE, given to a TEE that was not asked for it', async () => {
    expect(await refused(td.quote, { tees: [sgx] })).toEqual(['evidence.recognised']);
    expect(await refused(one.quote, { tees: [tdx, snp] })).toEqual(['evidence.recognised']);
  });

  const PEM_10_MB = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(10_000_000)}\n-----END CERTIFICATE-----\n`;
  const DEEP = `{"tcbInfo":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)},"signature":""}`;
  const DEEP_OBJECT = `${'{"enclaveIdentity":'.repeat(100_000)}0${'}'.repeat(100_000)}`;
  const LONG_DER = Uint8Array.of(0x30, 0x84, 0x40, 0, 0, 0, ...new Uint8Array(1000));
  const NESTED_DER = new Uint8Array(200_000).fill(0x30);

  test.each<readonly [string, keyof DcapCollateral, string | Uint8Array, string]>([
    ['10 MB of PEM', 'tcbSignChain', utf8(PEM_10_MB), 'dcap.tcb-signer.present'],
    ['10 MB of PEM', 'pckCrlIssuerChain', utf8(PEM_10_MB), 'dcap.pck-ca.present'],
    ['10 MB of white space', 'tcbSignChain', utf8(' '.repeat(10_000_000)), 'dcap.tcb-signer.present'],
    [
      '10 MB of unfinished PEM',
      'rootCaCrl',
      utf8(`-----BEGIN X509 CRL-----${'A'.repeat(10_000_000)}`),
      'dcap.root-crl.form',
    ],
    ['10 MB of hexadecimal', 'pckCrl', utf8('30'.repeat(5_000_000)), 'dcap.pck-crl.form'],
    [
      '10 MB of DER',
      'pckCrl',
      concatBytes(Uint8Array.of(0x30, 0x83, 0x98, 0x96, 0x80), new Uint8Array(10_000_000)),
      'dcap.pck-crl.form',
    ],
    ['a length of 1 GB in DER', 'rootCaCrl', LONG_DER, 'dcap.root-crl.form'],
    ['a length of 1 GB in DER', 'tcbSignChain', LONG_DER, 'dcap.tcb-signer.present'],
    ['deeply nested DER', 'pckCrlIssuerChain', NESTED_DER, 'dcap.pck-ca.present'],
    ['deeply nested DER', 'pckCrl', NESTED_DER, 'dcap.pck-crl.form'],
    ['deep JSON', 'tcbInfo', DEEP, 'dcap.tcb-info.form'],
    ['deep JSON', 'qeIdentity', DEEP_OBJECT, 'dcap.qe-identity.form'],
    ['a lone surrogate', 'tcbInfo', '{"tcbInfo":{"a":"\ud800"},"signature":""}', 'dcap.tcb-info.form'],
    ['17 MB of JSON', 'qeIdentity', `{"a":"${'x'.repeat(17_000_000)}"}`, 'dcap.qe-identity.form'],
    ['quotation marks that never end', 'tcbInfo', `{"${'\\"'.repeat(2_000_000)}`, 'dcap.tcb-info.form'],
    ['a name like a prototype', 'tcbInfo', '{"__proto__":{"tcbInfo":{}},"signature":""}', 'dcap.tcb-info.form'],
  ])('%s in the %s', async (_, member, value, id) => {
    expect(await judge(one, { [member]: value })).toEqual([id]);
  });

  test.each<readonly [keyof DcapCollateral, string]>([
    ['tcbSignChain', 'dcap.tcb-signer.present'],
    ['pckCrlIssuerChain', 'dcap.pck-ca.present'],
    ['rootCaCrl', 'dcap.root-crl.form'],
    ['pckCrl', 'dcap.pck-crl.form'],
    ['pckCertChain', 'dcap.pck.chain'],
  ])('any bytes in the %s', async (member, id) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await judge(one, { [member]: bytes })).toEqual([id]);
      }),
      { numRuns: implementation === 'node' ? 50 : 10 },
    );
  });

  test.each<readonly ['tcbInfo' | 'qeIdentity', string]>([
    ['tcbInfo', 'dcap.tcb-info.form'],
    ['qeIdentity', 'dcap.qe-identity.form'],
  ])('any text in the %s', async (member, id) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (value) => {
        expect(await judge(one, { [member]: value })).toEqual([id]);
      }),
      { numRuns: implementation === 'node' ? 50 : 10 },
    );
  });

  test('a root that is no certificate vouches for nothing, and is no harm', async () => {
    const roots = [new Uint8Array(0), new Uint8Array(100), LONG_DER, utf8(PEM_10_MB)];
    const options = { ...OPTIONS, now: new Date(one.time * 1000), endorsements: { dcap: one.collateral } };
    expect((await authenticate(one.quote, { ...options, roots })).layers.authentic).toBe('pass');
  });

  test('what the caller does to the evidence meanwhile changes nothing, whatever its class', async () => {
    /** Like Node's Buffer, whose slice shares its memory. */
    class Shared extends Uint8Array {
      override slice(from?: number, to?: number): Uint8Array<ArrayBuffer> {
        return new Uint8Array(this.buffer as ArrayBuffer, this.byteOffset, this.length).subarray(from, to);
      }
    }
    const options = { ...OPTIONS, now: new Date(one.time * 1000), endorsements: { dcap: one.collateral } };
    const genuine = await authenticate(one.quote, options);
    for (const quote of [one.quote.slice(), Shared.from(one.quote)]) {
      const pending = authenticate(quote, options);
      quote.fill(0);
      expect(await pending).toEqual(genuine);
    }
  });
});
