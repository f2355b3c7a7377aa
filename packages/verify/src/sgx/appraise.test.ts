import { describe, expect, test } from 'vitest';
import type { AuthenticatedQuote } from '../dcap/authenticate.ts';
import { type EnclaveReport, parseEnclaveReport } from '../dcap/enclave-report.ts';
import type { Policy } from '../policy/policy.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { Tcb } from '../verdict/verdict.ts';
import { sgx } from './index.ts';

const DATE = '2026-01-01T00:00:00Z';
const TCB: Tcb = {
  status: 'UpToDate',
  date: DATE,
  advisories: [],
  evaluationDataNumber: 17,
  platform: { status: 'UpToDate', date: DATE },
  module: null,
  qe: { status: 'UpToDate', date: DATE },
  relaunchAdvised: false,
};

function judge(flags: number, policy: Policy = {}, tcb: Tcb | null = TCB): readonly string[] {
  const checks = new Checklist(sgx.checks);
  const body = parseEnclaveReport(new Uint8Array(384).fill(flags, 48, 49));
  const authenticated = { body, tcb, issued: [] } as unknown as AuthenticatedQuote<EnclaveReport>;
  sgx.appraise(authenticated, policy, { now: Date.parse(DATE) / 1000, skew: 0 }, checks);
  const ran = checks.checks.map(({ id }) => id);
  expect(sgx.required.platform.filter((id) => !ran.includes(id))).toEqual([]);
  return checks.checks.flatMap(({ id, outcome }) => (outcome === 'pass' ? [] : [`${id} ${outcome}`]));
}

describe('1.10 item 45: ATTRIBUTES', () => {
  test('of a production enclave pass', () => {
    expect(judge(0x05)).toEqual([]);
  });

  test('with DEBUG are refused, unless the policy allows it', () => {
    expect(judge(0x07)).toEqual(['sgx.debug fail']);
    expect(judge(0x07, { debug: 'refuse' })).toEqual(['sgx.debug fail']);
    expect(judge(0x07, { debug: 'allow' })).toEqual(['sgx.debug warn']);
  });

  test('without INIT are refused, by no policy allowed', () => {
    expect(judge(0x04, { debug: 'allow' })).toEqual(['sgx.init fail']);
  });
});

test('the TCB status is the policy’s to accept, except Revoked in any part', () => {
  const revokedQe: Tcb = { ...TCB, qe: { status: 'Revoked', date: DATE } };
  expect(judge(0x05, {}, { ...TCB, status: 'SWHardeningNeeded' })).toEqual(['tcb.status fail']);
  expect(judge(0x05, { tcb: { accept: ['SWHardeningNeeded'] } }, { ...TCB, status: 'SWHardeningNeeded' })).toEqual([]);
  expect(judge(0x05, {}, revokedQe)).toEqual(['tcb.status fail']);
  expect(judge(0x05, {}, null)).toEqual(['tcb.status skip']);
});

describe('1.1: an SGX report', () => {
  test('has its fields at their offsets', () => {
    const bytes = Uint8Array.from({ length: 384 }, (_, index) => index % 251);
    const report = parseEnclaveReport(bytes);
    const at = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
    const view = new DataView(bytes.buffer);
    expect(report).toEqual({
      raw: bytes,
      cpuSvn: at(0, 16),
      miscSelect: at(16, 4),
      isvExtProdId: at(32, 16),
      attributes: at(48, 16),
      mrEnclave: at(64, 32),
      mrSigner: at(128, 32),
      configId: at(192, 64),
      isvProdId: view.getUint16(256, true),
      isvSvn: view.getUint16(258, true),
      configSvn: view.getUint16(260, true),
      isvFamilyId: at(304, 16),
      reportData: at(320, 64),
    });
    expect(() => parseEnclaveReport(bytes.subarray(1))).toThrow(/REPORTDATA/);
  });
});
