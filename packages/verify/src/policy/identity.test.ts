import { describe, expect, test } from 'vitest';
import { Checklist } from '../verdict/checklist.ts';
import type { Claims } from '../verdict/verdict.ts';
import { identityChecks } from './checks.ts';
import { appraiseIdentity } from './identity.ts';
import { parsePolicy } from './parse.ts';

const hex = (byte: string, bytes: number): string => byte.repeat(bytes);
const [a, b, c, d] = ['aa', 'bb', 'cc', 'dd'].map((byte) => hex(byte, 48));

function claimsOf(measurements: Record<string, string>, platform: Record<string, string> = {}): Claims {
  return {
    measurements,
    platform,
    reportData: null,
    debug: false,
    workload: null,
    nonces: [],
    keys: [],
    evidence: null,
  };
}

/** The checks of an appraisal, as `id: outcome`, and the first one. */
function appraise(policy: unknown, claims: Claims) {
  const checks = new Checklist(identityChecks);
  appraiseIdentity(claims, parsePolicy(policy), checks);
  return { outcomes: checks.checks.map(({ id, outcome }) => `${id}: ${outcome}`), first: checks.checks[0] };
}

const TWO = {
  releases: [
    { name: 'v1', measurements: { mrtd: a, rtmr2: b } },
    { name: 'v2', measurements: { mrtd: c, rtmr2: d } },
  ],
};

describe('identity.release', () => {
  test('passes when one release holds whole, and says which', () => {
    const { outcomes, first } = appraise(TWO, claimsOf({ mrtd: `${c}`, rtmr2: `${d}`, rtmr3: hex('00', 48) }));
    expect(outcomes).toEqual(['identity.release: pass']);
    expect(first).toMatchObject({ actual: 'v2', authority: 'caller', layer: 'identity' });
  });

  test('MRTD of one release with RTMR2 of another is refused, naming what differs', () => {
    const { outcomes, first } = appraise(TWO, claimsOf({ mrtd: `${a}`, rtmr2: `${d}` }));
    expect(outcomes).toEqual(['identity.release: fail']);
    expect(first).toMatchObject({ expected: `closest of 2 releases: v1: rtmr2=${b}`, actual: `rtmr2=${d}` });
  });

  test('the closest release is the one with most in common', () => {
    const releases = [
      { name: 'enclave', measurements: { mrenclave: hex('11', 32) } },
      { name: 'far', measurements: { mrtd: a, rtmr0: a, rtmr1: a, rtmr2: a } },
      { name: 'near', measurements: { mrtd: b, rtmr0: b, rtmr1: b, rtmr2: c } },
    ];
    const measured = { mrtd: `${b}`, rtmr0: `${b}`, rtmr1: `${b}`, rtmr2: `${d}` };
    expect(appraise({ releases }, claimsOf(measured)).first).toMatchObject({
      expected: `closest of 3 releases: near: rtmr2=${c}`,
      actual: `rtmr2=${d}`,
    });
    const strange = { mrtd: `${d}`, rtmr0: `${d}`, rtmr1: `${d}`, rtmr2: `${d}` };
    expect(appraise({ releases }, claimsOf(strange)).first?.expected).toContain('far: mrtd=');
  });

  test('a list holds when one of its values does', () => {
    const releases = [{ name: 'v', measurements: { mrtd: [a, b, c, d], rtmr1: [a, b] } }];
    expect(appraise({ releases }, claimsOf({ mrtd: `${d}`, rtmr1: `${a}` })).outcomes).toEqual([
      'identity.release: pass',
    ]);
    const { first } = appraise({ releases }, claimsOf({ mrtd: hex('00', 48), rtmr1: `${c}` }));
    expect(first?.expected).toBe(`release v: mrtd=${a} or ${b} or ${c} or 1 more, rtmr1=${a} or ${b}`);
  });

  test('a measurement that the evidence lacks does not hold', () => {
    const releases = [{ name: 'v', measurements: { mrtd: a, rtmr1: a, rtmr2: a, composeHash: hex('ee', 32) } }];
    expect(appraise({ releases }, claimsOf({ mrtd: `${a}`, rtmr1: `${a}`, rtmr2: `${a}` })).first).toMatchObject({
      outcome: 'fail',
      expected: `release v: composeHash=${hex('ee', 32)}`,
      actual: 'composeHash=none',
    });
  });

  test('inherited names are no measurements', () => {
    const measured: Record<string, string> = Object.create({ mrtd: a });
    expect(appraise({ releases: [{ name: 'v', measurements: { mrtd: a } }] }, claimsOf(measured)).outcomes).toEqual([
      'identity.release: fail',
    ]);
  });

  test.each([
    ['2', 'fail'],
    ['3', 'pass'],
    ['10', 'pass'],
    ['0x9', 'fail'],
    ['', 'fail'],
    [undefined, 'fail'],
  ])('ISVSVN %s against at least 3: %s', (isvSvn, outcome) => {
    const signer = hex('11', 32);
    const releases = [{ name: 'v', measurements: { mrsigner: signer, isvProdId: '1' }, minIsvSvn: 3 }];
    const measured = { mrsigner: signer, isvProdId: '1', ...(isvSvn !== undefined && { isvSvn }) };
    const { outcomes, first } = appraise({ releases }, claimsOf(measured));
    expect(outcomes).toEqual([`identity.release: ${outcome}`]);
    if (outcome === 'fail') expect(first?.expected).toBe('release v: isvSvn=3 or more');
  });

  test('without releases it is skipped, so that the layer stays unchecked; with `identity: any` it is not there', () => {
    expect(appraise({}, claimsOf({})).outcomes).toEqual(['identity.release: skip']);
    expect(appraise({ identity: 'any' }, claimsOf({})).outcomes).toEqual([]);
  });
});

describe('identity.platform', () => {
  const ppid = hex('01', 16);
  const platforms = { ppid: [hex('02', 16), ppid], fmspc: ['00806f050000'] };

  test('passes when each id named is one of its list, also beside `identity: any`', () => {
    const { outcomes, first } = appraise(
      { identity: 'any', platforms },
      claimsOf({}, { ppid, fmspc: '00806f050000', pceId: '0000' }),
    );
    expect(outcomes).toEqual(['identity.platform: pass']);
    expect(first?.actual).toBe(`ppid=${ppid}, fmspc=00806f050000`);
  });

  test('fails for another machine, naming the ids that differ', () => {
    const { outcomes, first } = appraise(
      { identity: 'any', platforms },
      claimsOf({}, { ppid: hex('03', 16), fmspc: '00806f050000' }),
    );
    expect(outcomes).toEqual(['identity.platform: fail']);
    expect(first).toMatchObject({ expected: `ppid=${hex('02', 16)} or ${ppid}`, actual: `ppid=${hex('03', 16)}` });
  });

  test('fails when the evidence has no such id', () => {
    const { first } = appraise({ identity: 'any', platforms: { chipId: [hex('01', 64)] } }, claimsOf({}, { ppid }));
    expect(first).toMatchObject({ outcome: 'fail', actual: 'chipId=none' });
  });
});
