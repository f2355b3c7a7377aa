import { malformed } from '../errors.ts';
import {
  type GuestPolicy,
  type PlatformInfo,
  readGuestPolicy,
  readPlatformInfo,
  readSignerInfo,
  type SignerInfo,
} from './bit-fields.ts';
import type { Cpuid } from './product.ts';

/** Length of every report, in bytes. */
export const REPORT_LENGTH = 1184;
/** How much of it is signed: everything before the signature. */
export const SIGNED_LENGTH = 0x2a0;
/** One number of the signature, as it stands in the report: little endian. */
const NUMBER_LENGTH = 72;
/** How much of a number is used with P-384. */
const P384_LENGTH = 48;

/** The firmware's version. */
export interface FirmwareVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** An attestation report (AMD 56860 section 7.3). TCB versions are 8 bytes whose meaning depends on the product. */
export interface SnpReport {
  readonly raw: Uint8Array;
  readonly version: number;
  readonly guestSvn: number;
  readonly policy: GuestPolicy;
  readonly familyId: Uint8Array;
  readonly imageId: Uint8Array;
  readonly vmpl: number;
  readonly signatureAlgorithm: number;
  readonly currentTcb: Uint8Array;
  readonly platformInfo: PlatformInfo;
  readonly signerInfo: SignerInfo;
  readonly reportData: Uint8Array;
  readonly measurement: Uint8Array;
  readonly hostData: Uint8Array;
  readonly idKeyDigest: Uint8Array;
  readonly authorKeyDigest: Uint8Array;
  readonly reportId: Uint8Array;
  readonly reportIdMa: Uint8Array;
  readonly reportedTcb: Uint8Array;
  /** Null before version 3. */
  readonly cpuid: Cpuid | null;
  readonly chipId: Uint8Array;
  readonly committedTcb: Uint8Array;
  readonly current: FirmwareVersion;
  readonly committed: FirmwareVersion;
  readonly launchTcb: Uint8Array;
  /** Mitigations in force at launch and now; null before version 5. */
  readonly mitigations: { readonly launch: bigint; readonly current: bigint } | null;
  /** r ‖ s, 48 bytes each, big endian. */
  readonly signature: Uint8Array;
}

/** Reads a report's fields; whether they make sense is for the checks. Throws `malformed` for another length. */
export function parseSnpReport(raw: Uint8Array): SnpReport {
  if (raw.length !== REPORT_LENGTH) throw malformed(`SNP report: expected ${REPORT_LENGTH} bytes, found ${raw.length}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const u8 = (at: number): number => view.getUint8(at);
  const u32 = (at: number): number => view.getUint32(at, true);
  const u64 = (at: number): bigint => view.getBigUint64(at, true);
  const bytes = (at: number, length: number): Uint8Array => raw.subarray(at, at + length);
  const firmware = (at: number): FirmwareVersion => ({ major: u8(at + 2), minor: u8(at + 1), build: u8(at) });
  const version = u32(0);
  return {
    raw,
    version,
    guestSvn: u32(0x04),
    policy: readGuestPolicy(u64(0x08)),
    familyId: bytes(0x10, 16),
    imageId: bytes(0x20, 16),
    vmpl: u32(0x30),
    signatureAlgorithm: u32(0x34),
    currentTcb: bytes(0x38, 8),
    platformInfo: readPlatformInfo(u64(0x40)),
    signerInfo: readSignerInfo(u32(0x48)),
    reportData: bytes(0x50, 64),
    measurement: bytes(0x90, 48),
    hostData: bytes(0xc0, 32),
    idKeyDigest: bytes(0xe0, 48),
    authorKeyDigest: bytes(0x110, 48),
    reportId: bytes(0x140, 32),
    reportIdMa: bytes(0x160, 32),
    reportedTcb: bytes(0x180, 8),
    cpuid: version >= 3 ? { family: u8(0x188), model: u8(0x189), stepping: u8(0x18a) } : null,
    chipId: bytes(0x1a0, 64),
    committedTcb: bytes(0x1e0, 8),
    current: firmware(0x1e8),
    committed: firmware(0x1ec),
    launchTcb: bytes(0x1f0, 8),
    mitigations: version >= 5 ? { launch: u64(0x1f8), current: u64(0x200) } : null,
    signature: signatureOf(raw),
  };
}

function signatureOf(raw: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * P384_LENGTH);
  for (const index of [0, 1]) {
    const start = SIGNED_LENGTH + index * NUMBER_LENGTH;
    signature.set(Uint8Array.from(raw.subarray(start, start + P384_LENGTH)).reverse(), index * P384_LENGTH);
  }
  return signature;
}

/** Ranges `[from, to)` of the signed part that must be zero in this version of the report. */
export function reservedRanges(version: number): readonly (readonly [number, number])[] {
  return [
    [0x4c, 0x50],
    [version >= 3 ? 0x18b : 0x188, 0x1a0],
    [0x1eb, 0x1ec],
    [0x1ef, 0x1f0],
    [version >= 5 ? 0x208 : 0x1f8, SIGNED_LENGTH],
  ];
}

/** Ranges `[from, to)` of the signature that P-384 leaves unused and that must be zero: nobody signed them. */
export const UNUSED_SIGNATURE: readonly (readonly [number, number])[] = [
  [SIGNED_LENGTH + P384_LENGTH, SIGNED_LENGTH + NUMBER_LENGTH],
  [SIGNED_LENGTH + NUMBER_LENGTH + P384_LENGTH, SIGNED_LENGTH + 2 * NUMBER_LENGTH],
  [SIGNED_LENGTH + 2 * NUMBER_LENGTH, REPORT_LENGTH],
];
