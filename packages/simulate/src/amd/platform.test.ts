import { type Policy, type Verdict, verify } from '@assay/verify';
import { snp } from '@assay/verify/snp';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeSnpExhibit, type SnpExhibitOptions } from './exhibit.ts';
import { encodeTcb } from './vek.ts';
import { type AmdVendor, createAmdVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');

let genoa: AmdVendor;
beforeAll(async () => {
  genoa = await createAmdVendor({ product: 'Genoa', now });
}, 120_000);

const WAIVED: Policy = { identity: 'any', freshness: 'any', binding: 'any' };

async function judge(options: SnpExhibitOptions, policy: Policy = {}): Promise<Verdict> {
  const { evidence, endorsements } = await makeSnpExhibit(genoa, options);
  const roots = [genoa.authorities.ark.certificate];
  const trust = { tees: [snp], now, endorsements: { snp: endorsements }, roots, allowSimulated: true };
  return verify(evidence, { ...trust, policy: { ...WAIVED, ...policy } });
}

const idsOf = ({ checks }: Verdict, outcome: 'fail' | 'warn'): readonly string[] =>
  checks.filter((check) => check.outcome === outcome).map(({ id }) => id);

const guestPolicy = (bit: bigint): SnpExhibitOptions => ({ report: { policy: Number(0x30000n | bit) } });
const behind = encodeTcb('Genoa', { snp: 23 });

describe('a genuine report of a platform that is not sound is refused by its own check', () => {
  test.each([
    ['a guest that may be debugged', guestPolicy(1n << 19n), ['snp.debug']],
    ['a guest with a migration agent', guestPolicy(1n << 18n), ['snp.migration-agent']],
    ['a report asked for at VMPL 1', { report: { vmpl: 1 } }, ['snp.vmpl']],
    ['a report that the host asked for', { report: { vmpl: 0xffff_ffff } }, ['snp.vmpl']],
    ['memory not checked for aliases', { report: { platformInfo: 0x05 } }, ['snp.alias-check']],
    ['a TCB that can be rolled back', { report: { committedTcb: behind } }, ['snp.tcb.committed']],
    [
      'firmware that can be rolled back',
      { report: { committed: Uint8Array.of(60, 55, 1) } },
      ['snp.firmware.committed'],
    ],
  ] as const satisfies readonly (readonly [string, SnpExhibitOptions, readonly string[]])[])(
    '%s',
    async (_what, options, ids) => {
      const verdict = await judge(options);
      expect(idsOf(verdict, 'fail')).toEqual(ids);
      expect(verdict.layers).toMatchObject({ authentic: 'pass', platform: 'fail' });
    },
  );
});

describe('what a policy asks for is held against what the platform reports', () => {
  test.each([
    ['another line', { products: ['Milan'] }, 'snp.product.allowed'],
    ['another signer', { signers: ['VLEK'] }, 'snp.signer.allowed'],
    ['a newer TCB', { minimumReportedTcb: { Genoa: { snp: 25 } } }, 'snp.tcb.minimum'],
    ['a newer TCB at launch', { minimumLaunchTcb: { Genoa: { snp: 25 } } }, 'snp.tcb.minimum-launch'],
  ] as const satisfies readonly (readonly [string, NonNullable<Policy['snp']>, string])[])(
    '%s',
    async (_what, own, id) => {
      expect(idsOf(await judge({}, { snp: own }), 'fail')).toEqual([id]);
    },
  );

  test('what it says nothing about is a warning, and the report is trusted', async () => {
    const verdict = await judge({});
    expect([verdict.trusted, idsOf(verdict, 'warn')]).toEqual([true, ['snp.tcb.minimum']]);
  });
});
