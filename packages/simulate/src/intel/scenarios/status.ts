import type { CollateralOptions } from '../collateral.ts';
import type { ExhibitOptions } from '../exhibit.ts';
import type { Pck } from '../pck.ts';
import { TDX_MODULE_IDENTITY } from '../tcb-info.ts';
import { type SvnLevel, type TcbStatus, TEE_TCB_SVN, tcbLevels } from '../tcb-level.ts';
import { type Expectation, group, kebab, refusal, type Scenarios, scenario } from './scenario.ts';

const STATUSES: readonly TcbStatus[] = [
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
];

/** A QE or module level that the default SVN (8 and 7) is on. */
const levelsAt = (status: TcbStatus, better = 9): readonly SvnLevel[] => [
  { isvSvn: better, date: '2025-05-14', status: 'UpToDate' },
  { isvSvn: 3, date: '2024-03-13', status, advisories: ['INTEL-SA-01099'] },
];

/** Collateral that puts platform, quoting enclave and TDX module each at a status. */
function collateralAt(
  tee: 'sgx' | 'tdx',
  platform: TcbStatus,
  { qe, module }: { readonly qe?: TcbStatus; readonly module?: TcbStatus } = {},
): (pck: Pck) => CollateralOptions {
  return (pck) => ({
    tcbInfo: {
      levels: tcbLevels(pck.platform, tee, platform, platform === 'UpToDate' ? [] : ['INTEL-SA-00289']),
      ...(module && { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, levels: levelsAt(module) }] }),
    },
    ...(qe && { qeIdentity: { levels: levelsAt(qe) } }),
  });
}

const TD: ExhibitOptions = { quote: { body: 'td10' } };

function perStatus(tee: 'sgx' | 'tdx'): Scenarios {
  return Object.fromEntries(
    STATUSES.map((status) => [
      `${tee}-${kebab(status)}`,
      scenario({ tcbStatus: status }, { ...(tee === 'tdx' && TD), collateral: collateralAt(tee, status) }),
    ]),
  );
}

/** How platform and QE (or module) combine: Intel's converge rule, not the worse of the two. */
function converge(platform: TcbStatus, other: TcbStatus, expected: TcbStatus): Scenarios {
  const name = `${kebab(platform)}-with-${kebab(other)}`;
  const expect: Expectation = { tcbStatus: expected };
  return {
    [`sgx-qe-${name}`]: scenario(expect, { collateral: collateralAt('sgx', platform, { qe: other }) }),
    [`tdx-qe-${name}`]: scenario(expect, { ...TD, collateral: collateralAt('tdx', platform, { qe: other }) }),
    [`tdx-module-${name}`]: scenario(expect, { ...TD, collateral: collateralAt('tdx', platform, { module: other }) }),
  };
}

/** TEE_TCB_SVN with another module SVN. */
const svnAt = (minor: number): Uint8Array => Uint8Array.from(TEE_TCB_SVN.with(0, minor));

/** A TD launched on a module that was updated since: body types 3 and 4 tell. */
function relaunch(body: 'td15' | 'td15ex'): Scenarios {
  const updated: ExhibitOptions = { quote: { body, report: { teeTcbSvn: svnAt(4) } } };
  return {
    [`${body}-relaunch-advised`]: scenario({ tcbStatus: 'TDRelaunchAdvised' }, updated),
    [`${body}-relaunch-advised-configuration-needed`]: scenario(
      { tcbStatus: 'TDRelaunchAdvisedConfigurationNeeded' },
      { ...updated, collateral: collateralAt('tdx', 'ConfigurationNeeded') },
    ),
    [`${body}-relaunch-would-not-help`]: scenario(
      { tcbStatus: 'OutOfDate' },
      { ...updated, collateral: collateralAt('tdx', 'OutOfDate') },
    ),
    [`${body}-current-module-not-supported`]: refusal('STATUS_TCB_NOT_SUPPORTED', {
      quote: { body, report: { teeTcbSvn2: svnAt(1) } },
    }),
  };
}

/** Every TCB status, and the ways to get there. */
export const statusScenarios: Scenarios = group('status', {
  'sgx-up-to-date': scenario({ tcbStatus: 'UpToDate' }),
  'sgx-processor-ca-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { platform: { ca: 'processor' } }),
  'sgx-v4-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { quote: { version: 4 } }),
  'sgx-v5-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { quote: { version: 5 } }),
  'sgx-tcb-info-v2-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { collateral: { tcbInfo: { version: 2 } } }),
  'tdx-v4-up-to-date': scenario({ tcbStatus: 'UpToDate' }, TD),
  'tdx-v5-td10-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { quote: { body: 'td10', version: 5 } }),
  'tdx-v5-td15-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { quote: { body: 'td15' } }),
  'tdx-v5-td15ex-up-to-date': scenario({ tcbStatus: 'UpToDate' }, { quote: { body: 'td15ex' } }),
  // Without a module version all 16 TDX components count, and no module identity does.
  'tdx-module-unversioned-up-to-date': scenario(
    { tcbStatus: 'UpToDate' },
    {
      quote: { body: 'td10', report: { teeTcbSvn: Uint8Array.from(TEE_TCB_SVN.with(1, 0)) } },
      collateral: { tcbInfo: { tdxModuleIdentities: null } },
    },
  ),
  ...perStatus('sgx'),
  ...perStatus('tdx'),
  ...converge('UpToDate', 'OutOfDate', 'OutOfDate'),
  ...converge('SWHardeningNeeded', 'OutOfDate', 'OutOfDate'),
  ...converge('ConfigurationNeeded', 'OutOfDate', 'OutOfDateConfigurationNeeded'),
  ...converge('ConfigurationAndSWHardeningNeeded', 'OutOfDate', 'OutOfDateConfigurationNeeded'),
  ...converge('OutOfDate', 'OutOfDate', 'OutOfDate'),
  ...converge('UpToDate', 'Revoked', 'Revoked'),
  ...relaunch('td15'),
  ...relaunch('td15ex'),
  'sgx-not-supported': refusal('STATUS_TCB_NOT_SUPPORTED', {
    collateral: ({ platform }) => ({ tcbInfo: { levels: tcbLevels(platform, 'sgx', 'OutOfDate').slice(0, 1) } }),
  }),
  'sgx-pce-not-supported': refusal('STATUS_TCB_NOT_SUPPORTED', {
    collateral: ({ platform }) => ({
      tcbInfo: { levels: tcbLevels({ ...platform, pceSvn: platform.pceSvn + 1 }, 'sgx').slice(0, 1) },
    }),
  }),
  'tdx-not-supported': refusal('STATUS_TCB_NOT_SUPPORTED', {
    quote: { body: 'td10', report: { teeTcbSvn: Uint8Array.from(TEE_TCB_SVN.with(2, 2)) } },
  }),
  'tdx-module-not-supported': refusal('STATUS_TCB_NOT_SUPPORTED', {
    quote: { body: 'td10', report: { teeTcbSvn: svnAt(3) } },
  }),
});
