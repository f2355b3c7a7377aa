import { Reader } from '../codec/reader.ts';
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
  const reader = new Reader(raw);
  const version = reader.u32('version');
  const guestSvn = reader.u32('guest SVN');
  const policy = readGuestPolicy(reader.u64('policy'));
  const familyId = reader.bytes(16, 'family id');
  const imageId = reader.bytes(16, 'image id');
  const vmpl = reader.u32('VMPL');
  const signatureAlgorithm = reader.u32('signature algorithm');
  const currentTcb = reader.bytes(8, 'current TCB');
  const platformInfo = readPlatformInfo(reader.u64('platform info'));
  const signerInfo = readSignerInfo(reader.u32('key info'));
  reader.bytes(4, 'reserved');
  const reportData = reader.bytes(64, 'report data');
  const measurement = reader.bytes(48, 'measurement');
  const hostData = reader.bytes(32, 'host data');
  const idKeyDigest = reader.bytes(48, 'id key digest');
  const authorKeyDigest = reader.bytes(48, 'author key digest');
  const reportId = reader.bytes(32, 'report id');
  const reportIdMa = reader.bytes(32, 'migration agent report id');
  const reportedTcb = reader.bytes(8, 'reported TCB');
  const [family, model, stepping] = [reader.u8('CPUID'), reader.u8('CPUID'), reader.u8('CPUID')];
  reader.bytes(21, 'reserved');
  const chipId = reader.bytes(64, 'chip id');
  const committedTcb = reader.bytes(8, 'committed TCB');
  const current = readVersion(reader);
  const committed = readVersion(reader);
  const launchTcb = reader.bytes(8, 'launch TCB');
  const [launch, now] = [reader.u64('launch mitigations'), reader.u64('current mitigations')];
  return {
    raw,
    version,
    guestSvn,
    policy,
    familyId,
    imageId,
    vmpl,
    signatureAlgorithm,
    currentTcb,
    platformInfo,
    signerInfo,
    reportData,
    measurement,
    hostData,
    idKeyDigest,
    authorKeyDigest,
    reportId,
    reportIdMa,
    reportedTcb,
    cpuid: version >= 3 ? { family, model, stepping } : null,
    chipId,
    committedTcb,
    current,
    committed,
    launchTcb,
    mitigations: version >= 5 ? { launch, current: now } : null,
    signature: readSignature(raw),
  };
}

function readVersion(reader: Reader): FirmwareVersion {
  const [build, minor, major] = [reader.u8('build'), reader.u8('minor'), reader.u8('major')];
  reader.bytes(1, 'reserved');
  return { major, minor, build };
}

function readSignature(raw: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * P384_LENGTH);
  for (const index of [0, 1]) {
    const start = SIGNED_LENGTH + index * NUMBER_LENGTH;
    signature.set(raw.slice(start, start + P384_LENGTH).reverse(), index * P384_LENGTH);
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
