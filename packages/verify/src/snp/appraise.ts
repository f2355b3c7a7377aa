import type { Policy } from '../policy/policy.ts';
import type { SnpPolicy } from '../policy/snp.ts';
import { appraiseCollateralAge } from '../policy/tcb.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { appraiseFirmware, reaches } from './appraise-firmware.ts';
import type { SnpAuthenticated } from './authenticate.ts';
import { hex64 } from './claims.ts';
import type { SnpReport } from './report.ts';

/** Judges what AMD leaves to the relying party: the layer `platform`. Strict where the policy says nothing. */
export function appraiseSnp(authenticated: SnpAuthenticated, policy: Policy, clock: Clock, checks: Checklist): void {
  const { report, crlIssued } = authenticated;
  const own = policy.snp ?? {};
  appraiseDebug(report, policy, checks);
  appraiseLaunch(report, own, checks);
  appraiseOrigin(authenticated, own, checks);
  appraiseFirmware(authenticated, own, checks);
  appraiseAliasCheck(report, own, checks);
  appraiseMitigations(report, own, checks);
  for (const bit of BITS) appraiseBit(bit, report, own, checks);
  appraiseCollateralAge(crlIssued === undefined ? [] : [crlIssued], policy, clock, checks);
}

function appraiseDebug({ policy: { debug } }: SnpReport, policy: Policy, checks: Checklist): void {
  const detail = { expected: 'off', actual: debug ? 'on' : 'off' };
  if (debug && policy.debug === 'allow') checks.warn('snp.debug', detail);
  else checks.test('snp.debug', !debug, detail);
}

/** What the guest was launched with. */
function appraiseLaunch(report: SnpReport, policy: SnpPolicy, checks: Checklist): void {
  const { policy: guest, vmpl, guestSvn } = report;
  checks.test('snp.migration-agent', !guest.migrationAgent || policy.migrationAgent === 'allow', {
    expected: policy.migrationAgent === 'allow' ? 'on or off' : 'off',
    actual: guest.migrationAgent ? 'on' : 'off',
  });
  const levels = policy.vmpl ?? [0];
  checks.test('snp.vmpl', levels.includes(vmpl), { expected: levels.join(' or '), actual: `${vmpl}` });
  const { minimumAbi, minimumGuestSvn } = policy;
  if (minimumAbi !== undefined) {
    const abi = [guest.abiMajor, guest.abiMinor] as const;
    checks.test('snp.abi', reaches(abi, minimumAbi), { expected: `${minimumAbi} or more`, actual: abi.join('.') });
  }
  if (minimumGuestSvn !== undefined) {
    checks.test('snp.guest-svn', guestSvn >= minimumGuestSvn, {
      expected: `${minimumGuestSvn} or more`,
      actual: `${guestSvn}`,
    });
  }
}

/** Which product and whose key. */
function appraiseOrigin({ report, line, extensions }: SnpAuthenticated, policy: SnpPolicy, checks: Checklist): void {
  const { products, signers, cspIds } = policy;
  if (line === undefined) checks.skip('snp.product.allowed', 'the product is not certain');
  else if (products === undefined && line === 'Milan') checks.warn('snp.product.allowed', { actual: line });
  else {
    const allowed = products?.includes(line) ?? true;
    checks.test('snp.product.allowed', allowed, { expected: products?.join(' or '), actual: line });
  }
  const { signingKey } = report.signerInfo;
  const allowed = signingKey !== undefined && (signers?.includes(signingKey) ?? true);
  checks.test('snp.signer.allowed', allowed, { expected: signers?.join(' or '), actual: signingKey });
  if (cspIds === undefined || signingKey !== 'VLEK') return;
  if (extensions === undefined) {
    checks.skip('snp.csp.allowed', 'needs the extensions of the VLEK');
    return;
  }
  const { cspId } = extensions;
  checks.test('snp.csp.allowed', cspId !== null && cspIds.includes(cspId), {
    expected: cspIds.join(' or '),
    actual: cspId ?? 'none',
  });
}

function appraiseAliasCheck({ version, platformInfo }: SnpReport, { aliasCheck }: SnpPolicy, checks: Checklist): void {
  const actual = platformInfo.aliasCheck ? 'complete' : version < 3 ? 'not told before version 3' : 'not complete';
  // Firmware that makes version 2 does not know the bit: how old it may be is for the minimum TCB to say.
  const excused = aliasCheck === 'any' || (aliasCheck === undefined && version < 3);
  if (!platformInfo.aliasCheck && excused) checks.warn('snp.alias-check', { actual });
  else checks.test('snp.alias-check', platformInfo.aliasCheck, { expected: 'complete', actual });
}

function appraiseMitigations({ mitigations }: SnpReport, policy: SnpPolicy, checks: Checklist): void {
  if (policy.mitigations === undefined) return;
  const wanted = BigInt(`0x${policy.mitigations}`);
  const inForce = mitigations && mitigations.launch & mitigations.current;
  checks.test('snp.mitigations', inForce !== null && (inForce & wanted) === wanted, {
    expected: hex64(wanted),
    actual: inForce === null ? 'not told before version 5' : hex64(inForce),
  });
}

interface Bit {
  readonly id: string;
  readonly key: 'smt' | 'tsme' | 'ecc' | 'raplDisabled' | 'ciphertextHiding' | 'trustedIo' | GuestKey;
  readonly set: (report: SnpReport) => boolean;
}
type GuestKey = 'singleSocket' | 'cxl' | 'aes256Xts' | 'pageSwapDisabled';

/** Bits that are judged only when the policy asks. */
const BITS: readonly Bit[] = [
  { id: 'snp.smt', key: 'smt', set: (report) => report.platformInfo.smt },
  { id: 'snp.tsme', key: 'tsme', set: (report) => report.platformInfo.tsme },
  { id: 'snp.ecc', key: 'ecc', set: (report) => report.platformInfo.ecc },
  { id: 'snp.rapl', key: 'raplDisabled', set: (report) => report.platformInfo.raplDisabled },
  { id: 'snp.ciphertext-hiding', key: 'ciphertextHiding', set: (report) => report.platformInfo.ciphertextHiding },
  { id: 'snp.trusted-io', key: 'trustedIo', set: (report) => report.platformInfo.trustedIo },
  { id: 'snp.single-socket', key: 'singleSocket', set: (report) => report.policy.singleSocket },
  { id: 'snp.cxl', key: 'cxl', set: (report) => report.policy.cxlAllowed },
  { id: 'snp.aes-256-xts', key: 'aes256Xts', set: (report) => report.policy.aes256Xts },
  { id: 'snp.page-swap', key: 'pageSwapDisabled', set: (report) => report.policy.pageSwapDisabled },
];

function appraiseBit({ id, key, set }: Bit, report: SnpReport, policy: SnpPolicy, checks: Checklist): void {
  const wish = policy[key];
  if (wish === undefined || wish === 'any') return;
  const actual = set(report);
  checks.test(id, actual === (wish === 'require'), {
    expected: wish === 'require' ? '1' : '0',
    actual: actual ? '1' : '0',
  });
}
