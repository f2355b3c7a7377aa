import { describe, expect, test } from 'vitest';
import { intelCase, intelCaseNames } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import type { AuthenticatedQuote } from '../dcap/authenticate.ts';
import type { Policy } from '../policy/policy.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { Tcb } from '../verdict/verdict.ts';
import { appraiseAttributes, isDebug } from './attributes.ts';
import { tdx } from './index.ts';
import { parseTdReport, type TdReport } from './td-report.ts';

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

/** Bits of TDATTRIBUTES set, of XFAM set besides those that must be. */
interface Form {
  readonly attributes?: readonly number[];
  readonly xfam?: readonly number[];
  readonly withoutX87?: boolean;
  readonly serviceTd?: number;
}

function report({ attributes = [28], xfam = [2], withoutX87 = false, serviceTd }: Form): TdReport {
  const bytes = new Uint8Array(serviceTd === undefined ? 584 : 648);
  const set = (at: number, bit: number): void => {
    bytes[at + (bit >> 3)] = (bytes[at + (bit >> 3)] ?? 0) | (1 << (bit & 7));
  };
  for (const bit of attributes) set(120, bit);
  for (const bit of withoutX87 ? xfam : [0, 1, ...xfam]) set(128, bit);
  bytes.fill(serviceTd ?? 0, 600);
  return parseTdReport(bytes);
}

function judge(form: Form, policy: Policy = {}, tcb: Tcb | null = TCB): readonly string[] {
  const checks = new Checklist(tdx.checks);
  const body = report(form);
  const authenticated = { body, tcb, issued: [] } as unknown as AuthenticatedQuote<TdReport>;
  tdx.appraise(authenticated, policy, { now: Date.parse(DATE) / 1000, skew: 0 }, checks);
  // Every check of the layer ran, whatever came of it.
  const ran = checks.checks.map(({ id }) => id);
  expect(tdx.required.platform.filter((id) => !ran.includes(id))).toEqual([]);
  return checks.checks.flatMap(({ id, outcome }) => (outcome === 'pass' ? [] : [`${id} ${outcome}`]));
}

describe('1.10 item 46: TDATTRIBUTES', () => {
  test('of a sound TD pass', () => {
    expect(judge({})).toEqual([]);
    for (const bit of [27, 30, 31, 63]) expect(judge({ attributes: [28, bit] })).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('with bit %i of TUD make a debug TD', (bit) => {
    const form = { attributes: [28, bit] };
    expect(isDebug(report(form))).toBe(true);
    expect(judge(form)).toEqual(['tdx.debug fail']);
    expect(judge(form, { debug: 'refuse' })).toEqual(['tdx.debug fail']);
    expect(judge(form, { debug: 'allow' })).toEqual(['tdx.debug warn']);
  });

  test.each([8, 15, 16, 26, 32, 47, 62])('with the unknown bit %i are refused, by no policy allowed', (bit) => {
    expect(isDebug(report({ attributes: [28, bit] }))).toBe(false);
    expect(judge({ attributes: [28, bit] }, { debug: 'allow' })).toEqual(['tdx.attributes fail']);
  });

  test('without SEPT_VE_DISABLE are warned of, unless the policy requires it', () => {
    expect(judge({ attributes: [] })).toEqual(['tdx.sept-ve-disable warn']);
    expect(judge({ attributes: [] }, { tdx: { septVeDisable: 'warn' } })).toEqual(['tdx.sept-ve-disable warn']);
    expect(judge({ attributes: [] }, { tdx: { septVeDisable: 'require' } })).toEqual(['tdx.sept-ve-disable fail']);
    expect(judge({}, { tdx: { septVeDisable: 'require' } })).toEqual([]);
  });

  test('with MIGRATABLE are refused, unless the policy allows it', () => {
    const form = { attributes: [28, 29] };
    expect(judge(form)).toEqual(['tdx.migratable fail']);
    expect(judge(form, { tdx: { migratable: 'refuse' } })).toEqual(['tdx.migratable fail']);
    expect(judge(form, { tdx: { migratable: 'allow' } })).toEqual(['tdx.migratable warn']);
  });
});

describe('1.10 item 47', () => {
  test('XFAM has x87 and SSE, and nothing that TDX does not know', () => {
    expect(judge({ withoutX87: true })).toEqual(['tdx.attributes fail']);
    expect(judge({ withoutX87: true, xfam: [0] })).toEqual(['tdx.attributes fail']);
    for (const bit of [2, 5, 6, 7, 9, 11, 12, 17, 18]) expect(judge({ xfam: [bit] })).toEqual([]);
    for (const bit of [19, 32, 63]) expect(judge({ xfam: [bit] })).toEqual(['tdx.attributes fail']);
  });

  test('a service TD is refused unless the policy lists it', () => {
    const own = '5e'.repeat(48);
    expect(judge({ serviceTd: 0 })).toEqual([]);
    expect(judge({ serviceTd: 0x5e })).toEqual(['tdx.service-td fail']);
    expect(judge({ serviceTd: 0x5e }, { tdx: { serviceTds: ['5f'.repeat(48)] } })).toEqual(['tdx.service-td fail']);
    expect(judge({ serviceTd: 0x5e }, { tdx: { serviceTds: ['5f'.repeat(48), own] } })).toEqual([]);
  });
});

describe('the TCB status', () => {
  test('is the policy’s to accept, except Revoked', () => {
    const at = (status: string): Tcb => ({ ...TCB, status, platform: { status, date: DATE } });
    expect(judge({}, {}, at('OutOfDate'))).toEqual(['tcb.status fail']);
    expect(judge({}, { tcb: { accept: ['OutOfDate'] } }, at('OutOfDate'))).toEqual([]);
    expect(judge({}, { tcb: { accept: ['OutOfDate'] } }, at('Revoked'))).toEqual(['tcb.status fail']);
    expect(judge({}, {}, null)).toEqual(['tcb.status skip']);
  });
});

describeWithVectors('the attributes of real TDs', () => {
  test.each(intelCaseNames(/^tdx-/))('of %s are known; what is refused or warned of, some TDs do have', (name) => {
    const { quote, meta } = intelCase(name);
    const [offset, length] = meta.regions?.body ?? [0, 0];
    const checks = new Checklist(tdx.checks);
    appraiseAttributes(parseTdReport(quote.subarray(offset, offset + length)), {}, checks);
    const outcomes = new Map(checks.checks.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes.get('tdx.attributes')).toBe('pass');
    expect(outcomes.get('tdx.debug')).toBe(meta.quote.debug ? 'fail' : 'pass');
  });
});
