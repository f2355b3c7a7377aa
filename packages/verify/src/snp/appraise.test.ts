import { beforeAll, expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { fromHex } from '../codec/hex.ts';
import type { Policy } from '../policy/policy.ts';
import type { SnpPolicy } from '../policy/snp.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { SnpAuthenticated } from './authenticate.ts';
import { readGuestPolicy, readPlatformInfo, readSignerInfo } from './bit-fields.ts';
import { snp } from './index.ts';
import type { SnpReport } from './report.ts';

const DAY = 86_400;
const now = Date.UTC(2025, 8, 20) / 1000;
let genuine: SnpAuthenticated;

async function authenticated(name: string, leaf: string): Promise<SnpAuthenticated> {
  const file = (path: string) => vector(`${name}/${path}`);
  const raw = { snp: { vek: file(leaf), ask: file('ask.der'), ark: file('ark.der'), crl: file('arkCrl.der') } };
  const handle = await snp.endorsements.authenticate(raw, { roots: [], source: 'caller' });
  const checks = new Checklist(snp.checks);
  const parsed = snp.parse(file('report.bin'), checks);
  if (parsed === undefined) throw new Error('did not parse');
  return snp.authenticate(parsed, handle, { now, skew: 0 }, checks);
}

/** The genuine Genoa report as if firmware had reported something else: the signature is not what is judged here. */
function changed(report: Partial<SnpReport>, more: Partial<SnpAuthenticated> = {}): SnpAuthenticated {
  return { ...genuine, ...more, report: { ...genuine.report, ...report } };
}

function appraise(evidence: SnpAuthenticated, policy: Policy): readonly Check[] {
  const checks = new Checklist(snp.checks);
  snp.appraise(evidence, policy, { now, skew: 0 }, checks);
  return checks.checks;
}

const idsOf = (checks: readonly Check[], outcome: Check['outcome']) =>
  checks.filter((check) => check.outcome === outcome).map(({ id }) => id);

/** Which checks fail under a policy. */
const failed = (evidence: SnpAuthenticated, own: SnpPolicy = {}) => idsOf(appraise(evidence, { snp: own }), 'fail');

const guest = (bits: bigint) => ({ policy: readGuestPolicy(genuine.report.policy.raw ^ bits) });
const platform = (bits: bigint) => ({ platformInfo: readPlatformInfo(genuine.report.platformInfo.raw ^ bits) });

describeWithVectors('the platform under a policy that says nothing', () => {
  beforeAll(async () => {
    genuine = await authenticated('snp-v5-genoa-vcek-6d1ceffa', 'vcek.der');
  });

  test('passes, with a warning that no minimum TCB is named', () => {
    const checks = appraise(genuine, {});
    expect(idsOf(checks, 'fail')).toEqual([]);
    expect(idsOf(checks, 'skip')).toEqual([]);
    expect(idsOf(checks, 'warn')).toEqual(['snp.tcb.minimum']);
    expect(snp.required.platform.filter((id) => !checks.some((check) => check.id === id))).toEqual([]);
  });

  test.each([
    ['DEBUG', () => guest(1n << 19n), 'snp.debug'],
    ['MIGRATE_MA', () => guest(1n << 18n), 'snp.migration-agent'],
    ['VMPL 1', () => ({ vmpl: 1 }), 'snp.vmpl'],
    ['a report that the host asked for', () => ({ vmpl: 0xffff_ffff }), 'snp.vmpl'],
    ['memory aliases unchecked', () => platform(1n << 5n), 'snp.alias-check'],
    ['a committed TCB behind', () => ({ committedTcb: fromHex('0a00000000001953') }), 'snp.tcb.committed'],
    ['a committed TCB ahead', () => ({ committedTcb: fromHex('0a00000000001955') }), 'snp.tcb.committed'],
    ['a committed build behind', () => ({ committed: { major: 1, minor: 55, build: 42 } }), 'snp.firmware.committed'],
    ['a committed version ahead', () => ({ committed: { major: 2, minor: 0, build: 0 } }), 'snp.firmware.committed'],
  ])('is refused with %s', (_, change, id) => expect(failed(changed(change()))).toEqual([id]));

  test('real VLEK reports run provisional firmware at VMPL 1', async () => {
    const real = await authenticated('snp-v3-milan-vlek-decdab94', 'vlek.der');
    expect(failed(real)).toEqual(['snp.vmpl', 'snp.tcb.committed']);
    expect(failed(real, { vmpl: [0, 1], provisionalFirmware: 'allow' })).toEqual([]);
  });

  test('Milan is warned about until the policy names it', () => {
    const milan = changed({}, { line: 'Milan' });
    expect(idsOf(appraise(milan, {}), 'warn')).toContain('snp.product.allowed');
    expect(idsOf(appraise(milan, { snp: { products: ['Milan'] } }), 'pass')).toContain('snp.product.allowed');
  });

  test('reports of version 2 cannot tell of aliases: a warning, unless the policy requires it', () => {
    const v2 = changed({ version: 2, ...platform(1n << 5n) });
    expect(idsOf(appraise(v2, {}), 'warn')).toContain('snp.alias-check');
    expect(failed(v2, { aliasCheck: 'require' })).toEqual(['snp.alias-check']);
  });

  test('without a certain product what depends on it is skipped', () => {
    const checks = appraise(changed({}, { line: undefined, extensions: undefined }), {
      snp: { minimumLaunchTcb: { snp: 1 } },
    });
    expect(idsOf(checks, 'skip')).toEqual(['snp.product.allowed', 'snp.tcb.minimum', 'snp.tcb.minimum-launch']);
  });
});

describeWithVectors('a policy', () => {
  test.each([
    ['products', { products: ['Milan', 'Turin'] }, 'snp.product.allowed', { products: ['Genoa'] }],
    ['signers', { signers: ['VLEK'] }, 'snp.signer.allowed', { signers: ['VCEK', 'VLEK'] }],
    ['reported SNP', { minimumReportedTcb: { snp: 26 } }, 'snp.tcb.minimum', { minimumReportedTcb: { snp: 25 } }],
    [
      'microcode',
      { minimumReportedTcb: { microcode: 85 } },
      'snp.tcb.minimum',
      { minimumReportedTcb: { microcode: 84 } },
    ],
    [
      'boot loader',
      { minimumReportedTcb: { bootLoader: 11 } },
      'snp.tcb.minimum',
      { minimumReportedTcb: { bootLoader: 10 } },
    ],
    ['TEE', { minimumReportedTcb: { tee: 1 } }, 'snp.tcb.minimum', { minimumReportedTcb: { tee: 0 } }],
    ['FMC alone', { minimumReportedTcb: { fmc: 1 } }, 'snp.tcb.minimum', { minimumReportedTcb: { fmc: 9, snp: 1 } }],
    ['nothing', { minimumReportedTcb: {} }, 'snp.tcb.minimum', { minimumReportedTcb: { snp: 0 } }],
    [
      'product',
      { minimumReportedTcb: { Genoa: { snp: 26 } } },
      'snp.tcb.minimum',
      { minimumReportedTcb: { Genoa: { snp: 25 } } },
    ],
    [
      'left out',
      { minimumReportedTcb: { Turin: { snp: 1 } } },
      'snp.tcb.minimum',
      { minimumReportedTcb: { snp: 1, Turin: { snp: 9 } } },
    ],
    [
      'both',
      { minimumReportedTcb: { snp: 26, Genoa: { snp: 1 } } },
      'snp.tcb.minimum',
      { minimumReportedTcb: { snp: 1, Genoa: { snp: 1 } } },
    ],
    ['launch', { minimumLaunchTcb: { snp: 26 } }, 'snp.tcb.minimum-launch', { minimumLaunchTcb: { snp: 25 } }],
    ['build', { minimumBuild: 44 }, 'snp.firmware.minimum-build', { minimumBuild: 43 }],
    ['API', { minimumApiVersion: '1.56' }, 'snp.firmware.minimum-api', { minimumApiVersion: '1.55' }],
    ['API major', { minimumApiVersion: '2.0' }, 'snp.firmware.minimum-api', { minimumApiVersion: '0.99' }],
    ['ABI', { minimumAbi: '0.1' }, 'snp.abi', { minimumAbi: '0.0' }],
    ['guest SVN', { minimumGuestSvn: 1 }, 'snp.guest-svn', { minimumGuestSvn: 0 }],
    ['VMPL', { vmpl: [1, 2] }, 'snp.vmpl', { vmpl: [0, 1] }],
    ['mitigations', { mitigations: '0000000000000003' }, 'snp.mitigations', { mitigations: '0000000000000001' }],
    ['SMT', { smt: 'refuse' }, 'snp.smt', { smt: 'any' }],
    ['TSME', { tsme: 'require' }, 'snp.tsme', { tsme: 'any' }],
    ['RAPL', { raplDisabled: 'require' }, 'snp.rapl', { raplDisabled: 'any' }],
    ['ciphertext hiding', { ciphertextHiding: 'require' }, 'snp.ciphertext-hiding', { ciphertextHiding: 'any' }],
    ['single socket', { singleSocket: 'require' }, 'snp.single-socket', { singleSocket: 'any' }],
    ['AES-256-XTS', { aes256Xts: 'require' }, 'snp.aes-256-xts', { aes256Xts: 'any' }],
    ['page swap', { pageSwapDisabled: 'require' }, 'snp.page-swap', { pageSwapDisabled: 'any' }],
  ] as const satisfies readonly (readonly [string, SnpPolicy, string, SnpPolicy])[])(
    'refuses by %s',
    (_, refusing, id, passing) => {
      expect(failed(genuine, refusing)).toEqual([id]);
      expect(failed(genuine, passing)).toEqual([]);
    },
  );

  test.each([
    ['ecc', () => changed(platform(1n << 2n)), { ecc: 'require' }, 'snp.ecc'],
    ['trustedIo', () => changed(platform(1n << 7n)), { trustedIo: 'refuse' }, 'snp.trusted-io'],
    ['cxl', () => changed(guest(1n << 21n)), { cxl: 'refuse' }, 'snp.cxl'],
    ['mitigations', () => changed({ mitigations: null }), { mitigations: '0000000000000000' }, 'snp.mitigations'],
    [
      'mitigations',
      () => changed({ mitigations: { launch: 0n, current: 1n } }),
      { mitigations: '0000000000000001' },
      'snp.mitigations',
    ],
  ] as const satisfies readonly (readonly [string, () => SnpAuthenticated, SnpPolicy, string])[])(
    'refuses a report by %s',
    (_, evidence, own, id) => expect(failed(evidence(), own)).toEqual([id]),
  );

  test('can allow what is refused by default', () => {
    expect(failed(changed(guest(1n << 18n)), { migrationAgent: 'allow' })).toEqual([]);
    expect(failed(changed(platform(1n << 5n)), { aliasCheck: 'any' })).toEqual([]);
    const behind = { committedTcb: fromHex('0a00000000001953'), committed: { major: 1, minor: 55, build: 42 } };
    expect(failed(changed(behind), { provisionalFirmware: 'allow' })).toEqual([]);
    const ahead = { committedTcb: fromHex('0a00000000001955'), committed: { major: 1, minor: 55, build: 44 } };
    expect(failed(changed(ahead), { provisionalFirmware: 'allow' })).toEqual([
      'snp.tcb.committed',
      'snp.firmware.committed',
    ]);
    const debug = appraise(changed(guest(1n << 19n)), { debug: 'allow' });
    expect(idsOf(debug, 'warn')).toContain('snp.debug');
    expect(idsOf(debug, 'fail')).toEqual([]);
  });

  test('names the providers of VLEKs', async () => {
    const vlek = await authenticated('snp-v3-milan-vlek-decdab94', 'vlek.der');
    const lenient = { vmpl: [1], provisionalFirmware: 'allow' } as const;
    expect(failed(vlek, { ...lenient, cspIds: ['CN=cc-us-east-2.amazonaws.com'] })).toEqual([]);
    expect(failed(vlek, { ...lenient, cspIds: ['CN=cc-eu-west-1.amazonaws.com'] })).toEqual(['snp.csp.allowed']);
    expect(failed({ ...vlek, extensions: undefined }, { ...lenient, cspIds: ['x'] })).toEqual([]);
    expect(failed(genuine, { cspIds: ['CN=cc-us-east-2.amazonaws.com'] })).toEqual([]);
  });

  test('limits the age of the revocation list', () => {
    const issued = genuine.crlIssued ?? 0;
    const days = Math.floor((now - issued) / DAY);
    const judged = (maxCollateralAgeDays: number) =>
      idsOf(appraise(genuine, { tcb: { maxCollateralAgeDays } }), 'fail');
    expect(judged(days)).toEqual(['collateral.age']);
    expect(judged(days + 1)).toEqual([]);
  });

  test('never accepts a report without a signing key', () => {
    expect(failed(changed({ signerInfo: readSignerInfo(7 << 2) }))).toEqual(['snp.signer.allowed']);
  });

  test('reaches no version of another form, which a parsed policy cannot have', () => {
    expect(failed(genuine, { minimumAbi: '1' })).toEqual(['snp.abi']);
  });
});
