import { describe, expect, test } from 'vitest';
import { describeWithVectors, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import type { Json, JsonObject } from '../codec/json.ts';
import { attempt } from '../errors.ts';
import { Checklist } from '../verdict/checklist.ts';
import { dcapChecks } from './checks.ts';
import { type EnclaveReport, parseEnclaveReport } from './enclave-report.ts';
import { authenticateQe } from './qe.ts';
import { parseQeIdentity, type QeIdentity } from './qe-identity.ts';

const DATE = '2026-01-01T00:00:00Z';
const level = (isvsvn: number, tcbStatus = 'UpToDate'): JsonObject => ({ tcb: { isvsvn }, tcbDate: DATE, tcbStatus });
const BODY: JsonObject = {
  id: 'QE',
  version: 2,
  issueDate: DATE,
  nextUpdate: '2026-02-01T00:00:00Z',
  tcbEvaluationDataNumber: 17,
  miscselect: '00000000',
  miscselectMask: 'FFFFFFFF',
  attributes: '11000000000000000000000000000000',
  attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
  mrsigner: '8C4F5775D796503E96137F77C68A829A0056AC8DED70140B081B094490C57BFF',
  isvprodid: 1,
  tcbLevels: [level(8), level(6, 'OutOfDate'), level(2, 'Revoked')],
};

const document = (change: Readonly<Record<string, Json>> = {}): string => {
  const members = Object.entries({ ...BODY, ...change }).filter(([, value]) => value !== null);
  return JSON.stringify({ enclaveIdentity: Object.fromEntries(members), signature: '00'.repeat(64) });
};
const reasonOf = (text: string): string => {
  const parsed = attempt(() => parseQeIdentity(text));
  return 'reason' in parsed ? parsed.reason : 'parsed';
};

describe('1.7 item 33: the QE identity', () => {
  test.each(['QE', 'TD_QE', 'QVE'])('of %s parses, of any version', (id) => {
    expect(parseQeIdentity(document({ id }))).toMatchObject({ id, version: 2, isvProdId: 1 });
    expect(parseQeIdentity(document({ version: 3 })).version).toBe(3);
  });

  test.each(Object.keys(BODY))('without %s is refused', (name) => {
    expect(reasonOf(document({ [name]: null }))).toMatch(new RegExp(`^${name}: `));
  });

  test.each<readonly [string, Json]>([
    ['id', 'QAE'],
    ['version', '2'],
    ['issueDate', '2026-13-01T00:00:00Z'],
    ['miscselect', '000000'],
    ['miscselectMask', 'FFFFFFFG'],
    ['attributes', '11'],
    ['attributesMask', 'FF'.repeat(17)],
    ['mrsigner', '8C4F'],
    ['isvprodid', 65_536],
    ['tcbLevels', []],
    ['tcbLevels', [level(8), level(6), level(8, 'Revoked')]],
  ])('with a wrong %s is refused', (name, value) => {
    expect(reasonOf(document({ [name]: value }))).toMatch(new RegExp(`^${name}: `));
  });

  test.each(['Fine', 'SWHardeningNeeded', 'ConfigurationNeeded'])('with a level at %s is refused', (word) => {
    expect(reasonOf(document({ tcbLevels: [level(8, word)] }))).toMatch(/^tcbStatus: /);
  });

  test('with a key twice is refused', () => {
    expect(reasonOf(document().replace('"isvprodid":1', '"isvprodid":2,"isvprodid":1'))).toMatch(/duplicate keys/);
  });

  test('has its levels highest first', () => {
    const { levels } = parseQeIdentity(document({ tcbLevels: [level(2), level(11), level(6)] }));
    expect(levels.map(({ isvSvn }) => isvSvn)).toEqual([11, 6, 2]);
  });
});

/** A report of a quoting enclave as the identity describes it, with bytes changed at offsets. */
function report(change: Readonly<Record<number, readonly number[]>> = {}): EnclaveReport {
  const bytes = new Uint8Array(384);
  bytes.set([0x15, 0, 0, 0, 0, 0, 0, 0, 0xe7], 48);
  bytes.set(identity().mrSigner, 128);
  bytes.set([1, 0, 8, 0], 256);
  for (const [at, values] of Object.entries(change)) bytes.set(values, Number(at));
  return parseEnclaveReport(bytes);
}

const identity = (change: Readonly<Record<string, Json>> = {}): QeIdentity => parseQeIdentity(document(change));

function judge(of: EnclaveReport, by: QeIdentity | undefined = identity(), id = 'QE') {
  const checks = new Checklist(dcapChecks);
  const level = authenticateQe(of, by, id, checks);
  const ids = (outcome: string) => checks.checks.filter((check) => check.outcome === outcome).map((check) => check.id);
  return { level, failed: ids('fail'), skipped: ids('skip'), passed: ids('pass') };
}

describe('1.7 item 34: the quoting enclave', () => {
  test('that fits its identity passes six checks', () => {
    const { level: found, failed, passed } = judge(report());
    expect([found?.isvSvn, failed, passed.length]).toEqual([8, [], 6]);
  });

  test.each<readonly [string, Readonly<Record<number, readonly number[]>>]>([
    ['dcap.qe.miscselect', { 16: [1] }],
    ['dcap.qe.miscselect', { 19: [0x80] }],
    ['dcap.qe.attributes', { 48: [0x17] }],
    ['dcap.qe.attributes', { 48: [0x05] }],
    ['dcap.qe.attributes', { 55: [1] }],
    ['dcap.qe.mrsigner', { 128: [0x8d] }],
    ['dcap.qe.mrsigner', { 159: [0xfe] }],
    ['dcap.qe.isvprodid', { 256: [2] }],
    ['dcap.qe.isvprodid', { 257: [1] }],
    ['dcap.qe.isvsvn', { 258: [1] }],
  ])('is refused by %s alone when bytes are %j', (id, change) => {
    expect(judge(report(change)).failed).toEqual([id]);
  });

  test('may differ where the masks do not look: DEBUG is looked at', () => {
    // INIT is bit 0, bit 2 is MODE64BIT; the mask leaves out MODE64BIT and XFRM.
    expect(judge(report({ 48: [0x11], 56: [0x03] })).failed).toEqual([]);
    expect(judge(report({ 0: [9, 9, 9], 64: [7], 320: [1] })).failed).toEqual([]);
  });
});

describe('1.7 item 35: the level of the quoting enclave', () => {
  test.each([
    [8, 'UpToDate'],
    [9, 'UpToDate'],
    [7, 'OutOfDate'],
    [6, 'OutOfDate'],
    [5, 'Revoked'],
    [2, 'Revoked'],
    [1, undefined],
  ])('with ISVSVN %i is %s', (svn, status) => {
    const { level: found, failed } = judge(report({ 258: [svn] }));
    expect([found?.status, failed]).toEqual([status, status === undefined ? ['dcap.qe.isvsvn'] : []]);
  });
});

describe('an identity of another enclave', () => {
  test.each([
    ['TD_QE', 'QE'],
    ['QVE', 'QE'],
    ['QE', 'TD_QE'],
  ])('of %s for %s fails its check, and nothing is compared with it', (id, expected) => {
    const { failed, skipped, level: found } = judge(report(), identity({ id }), expected);
    expect([failed, skipped.length, found]).toEqual([['dcap.qe-identity.tee'], 5, undefined]);
  });

  test('that is missing skips all', () => {
    const checks = new Checklist(dcapChecks);
    expect(authenticateQe(report(), undefined, 'QE', checks)).toBeUndefined();
    expect(checks.checks.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'skip'));
  });
});

describeWithVectors('real QE identities', () => {
  test.each(Object.keys(vectors).filter((path) => path.endsWith('/qeIdentity.json')))('%s parses', (path) => {
    expect(parseQeIdentity(vectorText(path)).id).toBe(/(^|-)tdx-/.test(path) ? 'TD_QE' : 'QE');
  });
});
