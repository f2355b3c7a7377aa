import { Reader } from '../codec/reader.ts';

/** Sizes in bytes of TD report bodies: TDX 1.0 (also plain in version 4), 1.5, and 1.5 extended. */
export const TD_REPORT_SIZE = { 2: 584, 3: 648, 4: 885 } as const;

/** A TD's report body (Intel TDX DCAP Quote Library API, appendix A.3). */
export interface TdReport {
  readonly teeTcbSvn: Uint8Array;
  readonly mrSeam: Uint8Array;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: Uint8Array;
  readonly tdAttributes: Uint8Array;
  readonly xfam: Uint8Array;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  readonly rtmr: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  readonly reportData: Uint8Array;
  /** TDX 1.5 (body types 3 and 4), else null. */
  readonly current: { readonly teeTcbSvn: Uint8Array; readonly mrServiceTd: Uint8Array } | null;
  /** Extended body (type 4) after MRSERVICETD, unparsed; else null. */
  readonly extended: Uint8Array | null;
}

/** Reads a TD report body of one of the three sizes. */
export function parseTdReport(bytes: Uint8Array): TdReport {
  const reader = new Reader(bytes);
  const take = (length: number, field: string): Uint8Array => reader.bytes(length, field);
  const base = {
    teeTcbSvn: take(16, 'TEE_TCB_SVN'),
    mrSeam: take(48, 'MRSEAM'),
    mrSignerSeam: take(48, 'MRSIGNERSEAM'),
    seamAttributes: take(8, 'SEAMATTRIBUTES'),
    tdAttributes: take(8, 'TDATTRIBUTES'),
    xfam: take(8, 'XFAM'),
    mrTd: take(48, 'MRTD'),
    mrConfigId: take(48, 'MRCONFIGID'),
    mrOwner: take(48, 'MROWNER'),
    mrOwnerConfig: take(48, 'MROWNERCONFIG'),
    rtmr: [take(48, 'RTMR0'), take(48, 'RTMR1'), take(48, 'RTMR2'), take(48, 'RTMR3')] as const,
    reportData: take(64, 'REPORTDATA'),
  };
  const current =
    bytes.length > TD_REPORT_SIZE[2]
      ? { teeTcbSvn: take(16, 'TEE_TCB_SVN_2'), mrServiceTd: take(48, 'MRSERVICETD') }
      : null;
  const extended = bytes.length > TD_REPORT_SIZE[3] ? take(reader.remaining, 'extended report') : null;
  return { ...base, current, extended };
}
