import type { PckPlatform } from './pck-extension.ts';
import type { EnclaveLevel, PlatformLevel } from './tcb-info.ts';

/** The TDX components of a TD: the SVNs, and from which index on they count. */
export interface TdxSvns {
  readonly svns: Uint8Array;
  /** 2 when the module's version has an identity of its own, else 0. */
  readonly from: number;
}

/** The platform's level: the first, highest first, whose SVNs the platform all reaches (Intel PCS API v4, "TCB level"). */
export function platformLevel(
  levels: readonly PlatformLevel[],
  platform: PckPlatform,
  tdx: TdxSvns | null,
): PlatformLevel | undefined {
  return levels.find(
    (level) =>
      platform.pceSvn >= level.pceSvn &&
      level.sgxComponents.every((svn, index) => low8(platform.componentSvns[index] ?? 0) >= low8(svn)) &&
      (tdx === null || reachesTdx(level, tdx)),
  );
}

/** The level of a module or quoting enclave: the first, highest first, that its SVN reaches. */
export function enclaveLevel(levels: readonly EnclaveLevel[], svn: number): EnclaveLevel | undefined {
  return levels.find(({ isvSvn }) => isvSvn <= svn);
}

function reachesTdx({ tdxComponents }: PlatformLevel, { svns, from }: TdxSvns): boolean {
  return tdxComponents?.every((svn, index) => index < from || (svns[index] ?? 0) >= low8(svn)) === true;
}

// Intel's library keeps the low 8 bits; values beyond fail a check of their own.
function low8(svn: number): number {
  return svn & 0xff;
}
