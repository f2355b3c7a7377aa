import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { toHex } from '../codec/hex.ts';
import { Checklist } from '../verdict/checklist.ts';
import { showVersion } from './claims.ts';
import { snp } from './index.ts';

interface Meta {
  readonly report: Readonly<Record<string, string | number | boolean>> & {
    readonly cpuid?: { readonly family: number; readonly model: number; readonly stepping: number };
  };
}

const cases = Object.keys(vectors).flatMap((path) => /^((?:neg-)?snp-.*)\/report\.bin$/.exec(path)?.[1] ?? []);

const parse = (bytes: Uint8Array) => {
  const checks = new Checklist(snp.checks);
  const parsed = snp.parse(bytes, checks);
  return { parsed, failed: checks.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id) };
};

describeWithVectors('a real report (AMD 56860 section 7.3)', () => {
  test.each(cases)('%s has the fields that its description has', (name) => {
    const { report: expected } = JSON.parse(vectorText(`${name}/meta.json`)) as Meta;
    const bytes = vector(`${name}/report.bin`);
    expect(snp.recognises(bytes)).toBe(true);
    const { parsed, failed } = parse(bytes);
    expect(failed).toEqual([]);
    const report = parsed?.report;
    if (parsed === undefined || report === undefined) throw new Error('did not parse');
    expect(report).toMatchObject({
      version: expected.version,
      guestSvn: expected.guestSvn,
      vmpl: expected.vmpl,
      signatureAlgorithm: expected.sigAlgo,
      cpuid: expected.cpuid ?? null,
    });
    expect(`0x${report.policy.raw.toString(16)}`).toBe(expected.policy);
    expect(report.policy).toMatchObject({
      debug: expected.debug,
      smtAllowed: expected.smt,
      migrationAgent: expected.migrateMA,
    });
    expect(`0x${report.platformInfo.raw.toString(16)}`).toBe(expected.platformInfo);
    expect(report.signerInfo).toMatchObject({
      signingKey: expected.signingKey,
      maskChipKey: expected.maskChipKey,
      authorKeyEnabled: expected.authorKeyEn,
    });
    for (const field of ['familyId', 'imageId', 'reportData', 'measurement', 'hostData', 'idKeyDigest'] as const) {
      expect([field, toHex(report[field])]).toEqual([field, expected[field]]);
    }
    for (const field of ['authorKeyDigest', 'reportId', 'reportIdMa', 'chipId'] as const) {
      expect([field, toHex(report[field])]).toEqual([field, expected[field]]);
    }
    for (const field of ['currentTcb', 'reportedTcb', 'committedTcb', 'launchTcb'] as const) {
      expect([field, toHex(report[field])]).toEqual([field, expected[field]]);
    }
    expect([report.current, report.committed].map(showVersion)).toEqual([expected.current, expected.committed]);
    expect(report.mitigations === null).toBe(report.version < 5);
    expect(parsed.claims).toMatchObject({
      debug: expected.debug,
      reportData: expected.reportData,
      measurements: { measurement: expected.measurement, hostData: expected.hostData },
    });
    expect('authorKeyDigest' in parsed.claims.measurements).toBe(expected.authorKeyEn);
  });

  test('is a copy: later changes of the input change nothing', () => {
    // Like Node's Buffer, whose `slice` shares memory.
    class Sharing extends Uint8Array<ArrayBuffer> {
      override slice(start?: number, end?: number) {
        return this.subarray(start, end);
      }
    }
    const genuine = vector('snp-v5-genoa-vcek-6d1ceffa/report.bin');
    const bytes = new Sharing(genuine.buffer.slice(0));
    const { parsed } = parse(bytes);
    expect(Uint8Array.from(bytes)).toEqual(genuine);
    const before = parsed?.claims.measurements;
    bytes.fill(0);
    expect(parsed?.report.measurement.some((byte) => byte !== 0)).toBe(true);
    expect(parsed?.claims.measurements).toEqual(before);
  });

  test.each([
    ['too short', (bytes: Uint8Array) => bytes.slice(0, 1183), 'snp.report.length'],
    ['too long', (bytes: Uint8Array) => new Uint8Array([...bytes, 0]), 'snp.report.length'],
    ['version 1', edit(0, 1), 'snp.report.version'],
    ['version 6', edit(0, 6), 'snp.report.version'],
    ['policy bit 17 clear', edit(0x0a, 0x01), 'snp.report.policy'],
    ['policy bit 26 set', edit(0x0b, 0x04), 'snp.report.policy'],
    ['policy bit 63 set', edit(0x0f, 0x80), 'snp.report.policy'],
    ['reserved byte 0x4c', edit(0x4c, 1), 'snp.report.reserved'],
    ['reserved byte 0x18b', edit(0x18b, 1), 'snp.report.reserved'],
    ['reserved byte 0x1eb', edit(0x1eb, 1), 'snp.report.reserved'],
    ['reserved byte 0x1ef', edit(0x1ef, 1), 'snp.report.reserved'],
    ['reserved byte 0x208', edit(0x208, 1), 'snp.report.reserved'],
    ['reserved byte 0x29f', edit(0x29f, 1), 'snp.report.reserved'],
    ['KEY_INFO bit 5', edit(0x48, 0x20), 'snp.report.signer-info'],
    ['KEY_INFO bit 31', edit(0x4b, 0x80), 'snp.report.signer-info'],
    ['no signing key', edit(0x48, 0x1c), 'snp.report.signing-key'],
    ['reserved signing key', edit(0x48, 0x08), 'snp.report.signing-key'],
    ['another algorithm', edit(0x34, 2), 'snp.report.signature-algorithm'],
    ['r longer than 48 bytes', edit(0x2a0 + 48, 1), 'snp.report.signature-form'],
    ['s longer than 48 bytes', edit(0x2a0 + 72 + 48, 1), 'snp.report.signature-form'],
    ['bytes after the signature', edit(0x49f, 1), 'snp.report.signature-form'],
    ['r of zero', (bytes: Uint8Array) => bytes.slice().fill(0, 0x2a0, 0x2a0 + 48), 'snp.report.signature-form'],
    [
      's above the order',
      (bytes: Uint8Array) => bytes.slice().fill(255, 0x2e8, 0x2e8 + 48),
      'snp.report.signature-form',
    ],
  ])('is refused with %s', (_, change, id) => {
    const { parsed, failed } = parse(change(vector('snp-v5-genoa-vcek-6d1ceffa/report.bin')));
    expect(failed).toEqual([id]);
    expect(parsed).toBeUndefined();
  });

  test('has other reserved ranges in other versions', () => {
    const v2 = vector('snp-v2-milan-vcek-120d77b2/report.bin');
    const v3 = vector('snp-v3-milan-vcek-05b7438a/report.bin');
    expect(parse(edit(0x188, 1)(v2)).failed).toEqual(['snp.report.reserved']);
    expect(parse(edit(0x188, 1)(v3)).failed).toEqual([]);
    expect(parse(edit(0x1f8, 1)(v3)).failed).toEqual(['snp.report.reserved']);
  });

  test('may have bit 25 of the policy, PAGE_SWAP_DISABLE', () => {
    const { parsed, failed } = parse(edit(0x0b, 2)(vector('snp-v5-genoa-vcek-6d1ceffa/report.bin')));
    expect(failed).toEqual([]);
    expect(parsed?.report.policy.pageSwapDisabled).toBe(true);
  });

  test('stays recognised with any one byte changed, or cut short after its first fields', () => {
    const bytes = vector('snp-v3-milan-vcek-05b7438a/report.bin');
    for (let at = 0; at < bytes.length; at += 1) {
      expect(snp.recognises(edit(at, (bytes[at] ?? 0) ^ 0xff)(bytes))).toBe(true);
    }
    expect(snp.recognises(bytes.subarray(0, 0x40))).toBe(true);
    expect(snp.recognises(bytes.subarray(0, 0x30))).toBe(false);
  });

  test('is nothing that another TEE makes', () => {
    const others = Object.keys(vectors).filter((path) => !/(^|-)snp-/.test(path) && !path.startsWith('_amd/'));
    expect(others.filter((path) => snp.recognises(vector(path)))).toEqual([]);
  });
});

describe('hostile bytes', () => {
  test('an Azure paravisor blob is refused by name', () => {
    const blob = new Uint8Array(2600);
    blob.set(new TextEncoder().encode('HCLA'));
    const checks = new Checklist(snp.checks);
    expect(snp.recognises(blob)).toBe(true);
    expect(snp.parse(blob, checks)).toBeUndefined();
    expect(checks.checks[0]).toMatchObject({ id: 'snp.report.length', outcome: 'fail' });
    expect(checks.checks[0]?.actual).toContain('Azure');
  });

  test('no bytes at all', () => {
    expect(snp.recognises(new Uint8Array())).toBe(false);
    expect(parse(new Uint8Array()).failed).toEqual(['snp.report.length']);
  });

  test('random bytes never throw, and never parse', () => {
    const lengths = fc.oneof(fc.constant(1184), fc.integer({ min: 0, max: 3000 }));
    const bytes = lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(bytes, (input) => {
        snp.recognises(input);
        const { parsed, failed } = parse(input);
        expect(parsed).toBeUndefined();
        expect(failed.length).toBeGreaterThan(0);
      }),
    );
  });

  test('a view into a larger buffer is read at its place', () => {
    const buffer = new Uint8Array(3000).fill(0xee);
    const view = buffer.subarray(100, 100 + 1184).fill(0);
    view.set([2], 0);
    view.set([1], 0x34);
    expect(snp.recognises(view)).toBe(true);
    expect(parse(view).failed).toEqual(['snp.report.policy', 'snp.report.signature-form']);
  });
});

/** A copy with one byte set. */
function edit(at: number, value: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const copy = bytes.slice();
    copy[at] = value;
    return copy;
  };
}
