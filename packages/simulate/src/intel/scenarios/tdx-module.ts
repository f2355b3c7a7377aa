import type { QuoteOptions } from '../quote.ts';
import type { TdReportFields } from '../report-layout.ts';
import { type TcbInfoOptions, TDX_MODULE, TDX_MODULE_IDENTITY } from '../tcb-info.ts';
import { TEE_TCB_SVN } from '../tcb-level.ts';
import { group, refusal, type Scenario, type Scenarios, scenario } from './scenario.ts';

const SIGNER = '11'.repeat(48);

/** A TD on a module that does not fit the TCB info. */
const mismatch = (report: TdReportFields, tcbInfo: TcbInfoOptions = {}): Scenario =>
  refusal('STATUS_TDX_MODULE_MISMATCH', { quote: td(report), collateral: { tcbInfo } });

function td(report: TdReportFields): QuoteOptions {
  return { body: 'td10', report };
}

const UNVERSIONED = Uint8Array.from(TEE_TCB_SVN.with(1, 0));

/** Refusals of the TDX module, and modules that Intel does not sign with zero. */
export const tdxModuleScenarios: Scenarios = group('tdx-module', {
  'version-without-identity': mismatch({ teeTcbSvn: Uint8Array.from(TEE_TCB_SVN.with(1, 3)) }),
  'no-identities': mismatch({}, { tdxModuleIdentities: null }),
  'signer-of-report-differs': mismatch({ mrSignerSeam: new Uint8Array(48).fill(0x11) }),
  'signer-of-identity-differs': mismatch({}, { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, mrsigner: SIGNER }] }),
  'signer-of-module-differs': mismatch(
    { teeTcbSvn: UNVERSIONED },
    { tdxModule: { ...TDX_MODULE, mrsigner: SIGNER }, tdxModuleIdentities: null },
  ),
  'seam-attributes-set': mismatch({ seamAttributes: 1 }),
  // Intel wants zero, whatever the document says.
  'seam-attributes-set-in-both': mismatch(
    { seamAttributes: 1 },
    { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, attributes: '0100000000000000' }] },
  ),
  'attributes-of-identity-set': mismatch(
    {},
    { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, attributes: '0100000000000000' }] },
  ),
  'identity-in-lower-case': scenario(
    { tcbStatus: 'UpToDate' },
    { quote: td({}), collateral: { tcbInfo: { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, id: 'tdx_01' }] } } },
  ),
  'signer-not-zero': scenario(
    { tcbStatus: 'UpToDate' },
    {
      quote: td({ mrSignerSeam: new Uint8Array(48).fill(0x11) }),
      collateral: { tcbInfo: { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, mrsigner: SIGNER }] } },
    },
  ),
});
