import { malformed } from '../errors.ts';

/** Intel's seven words for the status of a level. */
export type TcbStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'Revoked';

/** What a TD can be besides: launched on an old TCB that is current by now. */
export type TdStatus = TcbStatus | 'TDRelaunchAdvised' | 'TDRelaunchAdvisedConfigurationNeeded';

const WORDS: readonly TcbStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
];

/** The status word, if it is one of Intel's. Throws `malformed` for others. */
export function tcbStatusOf(word: string): TcbStatus {
  const status = WORDS.find((known) => known === word);
  if (status === undefined)
    throw malformed(`tcbStatus: ${word.slice(0, 40)} is not one of Intel's words`, { field: 'tcbStatus' });
  return status;
}

/**
 * Joins the platform's status with those of module and quoting enclave as Intel's library does ("converge"):
 * an out-of-date part makes the whole out of date and keeps whether configuration is needed; a revoked part revokes it.
 */
export function convergeStatus(platform: TcbStatus, parts: readonly TcbStatus[]): TcbStatus {
  if (parts.includes('Revoked')) return 'Revoked';
  if (!parts.includes('OutOfDate')) return platform;
  if (platform === 'UpToDate' || platform === 'SWHardeningNeeded') return 'OutOfDate';
  if (platform === 'ConfigurationNeeded' || platform === 'ConfigurationAndSWHardeningNeeded')
    return 'OutOfDateConfigurationNeeded';
  return platform;
}

/** Joins the status at a TD's launch with the current one (body types 3 and 4, Intel's relaunch evaluation). */
export function relaunchStatus(launch: TcbStatus, current: TcbStatus): TdStatus {
  const outOfDate = launch === 'OutOfDate' || launch === 'OutOfDateConfigurationNeeded';
  const healthy =
    current === 'UpToDate' ||
    current === 'SWHardeningNeeded' ||
    current === 'ConfigurationNeeded' ||
    current === 'ConfigurationAndSWHardeningNeeded';
  if (!outOfDate || !healthy) return launch;
  const configuration = /Configuration/.test(launch) || /Configuration/.test(current);
  return configuration ? 'TDRelaunchAdvisedConfigurationNeeded' : 'TDRelaunchAdvised';
}
