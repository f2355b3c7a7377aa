import type { Platform } from './platform.ts';

/** Intel's seven words for how current a TCB is. */
export type TcbStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'Revoked';

/** A level of a TCB info: the least SVNs a platform needs for it. */
export interface TcbLevel {
  /** The 16 SGX components. */
  readonly components: readonly number[];
  readonly pceSvn: number;
  /** The 16 TDX components; TDX only. */
  readonly tdxComponents?: readonly number[];
  /** Day of the newest advisory it covers, YYYY-MM-DD. */
  readonly date: string;
  readonly status: TcbStatus;
  readonly advisories?: readonly string[];
}

/** A level of an enclave identity or of a TDX module identity. */
export interface SvnLevel {
  readonly isvSvn: number;
  readonly date: string;
  readonly status: TcbStatus;
  readonly advisories?: readonly string[];
}

/** TEE_TCB_SVN of the default TD: module 1.5 (version 1) at SVN 7, with microcode SVN 3. */
export const TEE_TCB_SVN: readonly number[] = [7, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** TDX components of the level that the default TD is on. */
const TDX_COMPONENTS: readonly number[] = [7, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/**
 * Levels that put a platform at a status: a better level that it misses (unless it is up to date), its own, and an older
 * one.
 */
export function tcbLevels(
  { components, pceSvn }: Platform,
  tee: 'sgx' | 'tdx',
  status: TcbStatus = 'UpToDate',
  advisories: readonly string[] = [],
): readonly TcbLevel[] {
  const tdxComponents = tee === 'tdx' ? { tdxComponents: TDX_COMPONENTS } : {};
  const own = { components, pceSvn, ...tdxComponents, date: '2024-11-13', status, advisories };
  const better = { components: shift(components, 1), pceSvn, ...tdxComponents, date: '2025-05-14' };
  const older = { components: shift(components, -1), pceSvn, ...tdxComponents, date: '2023-08-09' };
  return [
    ...(status === 'UpToDate' ? [] : [{ ...better, status: 'UpToDate' } as const]),
    own,
    { ...older, status: 'OutOfDate', advisories: ['INTEL-SA-00837', ...advisories] },
  ];
}

/** The two microcode components moved by `by`. */
function shift(components: readonly number[], by: number): readonly number[] {
  return components.map((svn, index) => (index < 2 ? Math.min(255, Math.max(0, svn + by)) : svn));
}
