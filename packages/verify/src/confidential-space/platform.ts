import type { ConfidentialSpacePolicy } from '../policy/confidential-space.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { shown } from './token.ts';
import type { TokenClaims } from './token-claims.ts';

const HARDWARE = ['GCP_AMD_SEV', 'GCP_AMD_SEV_ES', 'GCP_INTEL_TDX'];
/** A VM whose memory its host can read: no policy makes it confidential. */
const SHIELDED = 'GCP_SHIELDED_VM';

/** Judges image and hardware: the layer `platform`. */
export function appraisePlatform(said: TokenClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const { hardware } = said;
  checks.test('cs.swname', said.software === 'CONFIDENTIAL_SPACE', {
    expected: 'CONFIDENTIAL_SPACE',
    actual: shown(said.software),
  });
  judgeDebug(said, policy, checks);
  checks.test('cs.secboot', said.secureBoot === true, { expected: 'true', actual: shown(said.secureBoot) });
  const allowed = policy.hardware ?? HARDWARE;
  checks.test('cs.hwmodel', hardware !== undefined && hardware !== SHIELDED && allowed.includes(hardware), {
    expected: allowed.join(', '),
    actual: shown(hardware),
  });
  judgeMonitoring(said, policy, checks);
  judgeTdx(said, policy, checks);
  judgeGpu(said, policy, checks);
}

/** A debug image has no support attributes: Google supports none. */
function judgeDebug({ debugStatus, support }: TokenClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const actual = shown(debugStatus);
  if (policy.profile === 'debug') {
    const detail = { expected: 'enabled (debug profile)', actual };
    if (debugStatus === 'enabled')
      checks.warn('cs.dbgstat', { ...detail, remedy: 'Give it fake data only: its operator can look inside.' });
    else checks.fail('cs.dbgstat', { ...detail, remedy: 'Leave the debug profile: this is no debug image.' });
    checks.skip('cs.support', 'debug profile');
    return;
  }
  checks.test('cs.dbgstat', debugStatus === 'disabled-since-boot', { expected: 'disabled-since-boot', actual });
  const wanted = policy.support ?? 'STABLE';
  checks.test('cs.support', support.includes(wanted), {
    expected: wanted,
    actual: support.length === 0 ? 'none' : shown(support.join(', ')),
  });
}

function judgeMonitoring({ memoryMonitoring }: TokenClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const detail = { expected: 'false', actual: shown(memoryMonitoring) };
  if (memoryMonitoring === false) checks.pass('cs.monitoring', detail);
  else if (policy.memoryMonitoring === 'allow') checks.pass('cs.monitoring', { ...detail, expected: 'any' });
  else if (policy.profile === 'debug' && policy.memoryMonitoring === undefined) checks.warn('cs.monitoring', detail);
  else checks.fail('cs.monitoring', detail);
}

function judgeTdx({ hardware, tdxStatuses }: TokenClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const accepted = policy.tdxTcbStatuses;
  const actual =
    tdxStatuses.length === 0 ? 'absent' : shown(tdxStatuses.map((status) => status ?? 'absent').join(', '));
  if (tdxStatuses.includes('Revoked')) checks.fail('cs.tdx-tcb', { actual });
  else if (accepted === undefined) checks.skip('cs.tdx-tcb', 'the policy asks for none');
  else if (hardware !== 'GCP_INTEL_TDX' && tdxStatuses.length === 0)
    checks.skip('cs.tdx-tcb', `hardware is ${shown(hardware)}`);
  else {
    const holds =
      tdxStatuses.length > 0 && tdxStatuses.every((status) => status !== undefined && accepted.includes(status));
    checks.test('cs.tdx-tcb', holds, { expected: accepted.join(', '), actual });
  }
}

function judgeGpu({ gpu, gpuMode }: TokenClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const detail = { expected: 'ON', actual: gpu === undefined ? 'no GPU' : shown(gpuMode) };
  if (policy.gpu === 'require') checks.test('cs.gpu', gpuMode === 'ON', detail);
  else if (gpu === undefined) checks.skip('cs.gpu', 'no GPU, and the policy asks for none');
  else if (gpuMode === 'ON') checks.pass('cs.gpu', detail);
  // Nobody asked for it, but data that goes there is in the open.
  else checks.warn('cs.gpu', detail);
}
