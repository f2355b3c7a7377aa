import { equalBytes, isZero } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { QuoteAppraiser, TcbInput } from '../dcap/authenticate.ts';
import { enclaveLevel, platformLevel } from '../dcap/level.ts';
import type { EnclaveLevel, PlatformLevel, TcbInfo, TdxModuleIdentity } from '../dcap/tcb-info.ts';
import { convergeStatus, relaunchStatus, type TcbStatus } from '../dcap/tcb-status.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { TdReport } from './td-report.ts';

/** How a TD's level is found: platform, TDX module, and for TDX 1.5 once more for the current module. */
export const tdxAppraiser: QuoteAppraiser<TdReport> = {
  documents: { tcbInfo: 'TDX', qeIdentity: 'TD_QE' },
  evaluate(input, checks) {
    const { body, tcbInfo, qe } = input;
    checkModule(body, tcbInfo, checks);
    const launch = levelsFor(body.teeTcbSvn, input);
    const level = checks.test('dcap.tcb.level', launch.platform !== undefined, { actual: describe(input) });
    const version = moduleVersion(body.teeTcbSvn);
    if (version > 0 && identityOf(version, tcbInfo) === undefined) {
      checks.skip('dcap.tcb.module-level', 'needs the module identity');
    } else if (version > 0) {
      checks.test('dcap.tcb.module-level', launch.module !== undefined, { actual: `module SVN ${body.teeTcbSvn[0]}` });
    }
    const status = statusOf(launch, qe);
    if (!level || status === undefined || launch.platform === undefined) return undefined;
    const found = { platform: launch.platform, module: launch.module ?? null, qe };
    if (body.current === null) return { ...found, current: null, status };
    const current = statusOf(levelsFor(body.current.teeTcbSvn, input), qe);
    checks.test('dcap.tcb.current-level', current !== undefined, { actual: toHex(body.current.teeTcbSvn) });
    return current && { ...found, current, status: relaunchStatus(status, current) };
  },
};

interface Levels {
  readonly platform: PlatformLevel | undefined;
  /** Null when the module's version has no identity of its own. */
  readonly module: EnclaveLevel | null | undefined;
}

function levelsFor(svns: Uint8Array, { platform, tcbInfo }: TcbInput<TdReport>): Levels {
  const version = moduleVersion(svns);
  // Where the module has a version, its SVN and version (components 0 and 1) are judged by the module's own levels.
  const level = platformLevel(tcbInfo.levels, platform, { svns, from: version > 0 ? 2 : 0 });
  if (version === 0) return { platform: level, module: null };
  const identity = identityOf(version, tcbInfo);
  return { platform: level, module: identity && enclaveLevel(identity.levels, svns[0] ?? 0) };
}

function statusOf({ platform, module }: Levels, qe: EnclaveLevel): TcbStatus | undefined {
  if (platform === undefined || module === undefined) return undefined;
  return convergeStatus(platform.status, module === null ? [qe.status] : [module.status, qe.status]);
}

function checkModule(body: TdReport, tcbInfo: TcbInfo, checks: Checklist): void {
  const version = moduleVersion(body.teeTcbSvn);
  const identity = identityOf(version, tcbInfo);
  const known = checks.test('tdx.module.identity', version === 0 || identity !== undefined, {
    expected: moduleId(version),
    actual: tcbInfo.moduleIdentities.map(({ id }) => id).join(' ') || 'none',
  });
  const module = version === 0 ? tcbInfo.module : identity;
  if (!known || module === null || module === undefined) {
    for (const name of ['signer', 'attributes']) checks.skip(`tdx.module.${name}`, 'needs the module identity');
    return;
  }
  const { mrSignerSeam, seamAttributes } = body;
  checks.test('tdx.module.signer', equalBytes(mrSignerSeam, module.mrSigner), {
    expected: toHex(module.mrSigner),
    actual: toHex(mrSignerSeam),
  });
  // Intel's library ignores the mask and demands zero.
  checks.test('tdx.module.attributes', isZero(seamAttributes) && equalBytes(seamAttributes, module.attributes), {
    expected: toHex(module.attributes),
    actual: toHex(seamAttributes),
  });
}

function moduleVersion(svns: Uint8Array): number {
  return svns[1] ?? 0;
}

function moduleId(version: number): string {
  return `TDX_${version.toString(16).toUpperCase().padStart(2, '0')}`;
}

function identityOf(version: number, { moduleIdentities }: TcbInfo): TdxModuleIdentity | undefined {
  return moduleIdentities.find(({ id }) => id === moduleId(version));
}

function describe({ body, platform }: TcbInput<TdReport>): string {
  return `components ${platform.componentSvns.join(' ')}, PCESVN ${platform.pceSvn}, TEE_TCB_SVN ${toHex(body.teeTcbSvn)}`;
}
