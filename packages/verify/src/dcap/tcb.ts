import { toIso } from '../codec/time.ts';
import type { Advisory, Tcb } from '../verdict/verdict.ts';
import type { QeIdentity } from './qe-identity.ts';
import type { EnclaveLevel, LevelStatus, PlatformLevel, TcbInfo } from './tcb-info.ts';
import type { TcbStatus, TdStatus } from './tcb-status.ts';

/** The levels found for a platform and its parts, and what they come to. */
export interface TcbFinding {
  readonly status: TdStatus;
  readonly platform: PlatformLevel;
  readonly module: EnclaveLevel | null;
  readonly qe: EnclaveLevel;
  /** What the TDX module that runs now comes to (body types 3 and 4), else null. */
  readonly current: TcbStatus | null;
}

/** States a finding in Intel's words: the oldest date, the lower evaluation number, each advisory with its source. */
export function describeTcb(finding: TcbFinding, tcbInfo: TcbInfo, qeIdentity: QeIdentity): Tcb {
  const { status, platform, module, qe } = finding;
  const dates = [platform.date, qe.date, ...(module ? [module.date] : [])];
  const part = (level: LevelStatus): { status: string; date: string } => ({
    status: level.status,
    date: toIso(level.date),
  });
  const named = (level: LevelStatus | null, source: Advisory['source']): Advisory[] =>
    (level?.advisories ?? []).map((id) => ({ id, source }));
  return {
    status,
    date: toIso(Math.min(...dates)),
    advisories: [...named(platform, 'platform'), ...named(qe, 'qe'), ...named(module, 'module')],
    evaluationDataNumber: Math.min(tcbInfo.evaluationDataNumber, qeIdentity.evaluationDataNumber),
    platform: part(platform),
    module: module && part(module),
    qe: part(qe),
    relaunchAdvised: status.startsWith('TDRelaunchAdvised'),
  };
}
