import type { QuoteAppraiser } from '../dcap/authenticate.ts';
import type { EnclaveReport } from '../dcap/enclave-report.ts';
import { platformLevel } from '../dcap/level.ts';
import { convergeStatus } from '../dcap/tcb-status.ts';

/** How an SGX platform's level is found: by the SVNs of its PCK certificate. */
export const sgxAppraiser: QuoteAppraiser<EnclaveReport> = {
  documents: { tcbInfo: 'SGX', qeIdentity: 'QE' },
  evaluate({ platform, tcbInfo, qe }, checks) {
    const level = platformLevel(tcbInfo.levels, platform, null);
    const actual = `components ${platform.componentSvns.join(' ')}, PCESVN ${platform.pceSvn}`;
    if (!checks.test('dcap.tcb.level', level !== undefined, { actual }) || level === undefined) return undefined;
    return { status: convergeStatus(level.status, [qe.status]), platform: level, module: null, qe, current: null };
  },
};
