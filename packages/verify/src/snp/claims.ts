import { toHex } from '../codec/hex.ts';
import type { Json, JsonObject } from '../codec/json.ts';
import type { Claims } from '../verdict/verdict.ts';
import type { GuestPolicy, PlatformInfo, SignerInfo } from './bit-fields.ts';
import { lineOfCpuid, type ProductLine } from './product.ts';
import type { FirmwareVersion, SnpReport } from './report.ts';
import { decodeTcb } from './tcb.ts';

/** What a certificate adds to a report's claims. */
export interface CertifiedClaims {
  readonly line: ProductLine;
  /** Null for VLEK, which stands for a provider and no chip. */
  readonly hwid: Uint8Array | null;
}

/** A report's claims; with the certificate's word on product and chip once that is known. */
export function claimsOf(report: SnpReport, certified?: CertifiedClaims): Claims {
  const { signerInfo, cpuid } = report;
  const line = certified?.line ?? (cpuid === null ? undefined : lineOfCpuid(cpuid));
  const chipId = chipIdOf(report, certified);
  return {
    measurements: {
      measurement: toHex(report.measurement),
      hostData: toHex(report.hostData),
      familyId: toHex(report.familyId),
      imageId: toHex(report.imageId),
      idKeyDigest: toHex(report.idKeyDigest),
      // Without AUTHOR_KEY_EN nobody has vouched for the author key.
      ...(signerInfo.authorKeyEnabled && { authorKeyDigest: toHex(report.authorKeyDigest) }),
      reportId: toHex(report.reportId),
      reportIdMa: toHex(report.reportIdMa),
    },
    platform: { ...(chipId !== undefined && { chipId }), ...(line !== undefined && { product: line }) },
    reportData: toHex(report.reportData),
    debug: report.policy.debug,
    workload: null,
    nonces: [],
    keys: [],
    evidence: evidenceOf(report, line),
  };
}

/** 64 bytes as in reports, also where the host hid them and only the certificate tells. */
function chipIdOf({ chipId, signerInfo }: SnpReport, certified: CertifiedClaims | undefined): string | undefined {
  if (signerInfo.signingKey !== 'VCEK') return undefined;
  if (!certified?.hwid) return chipId.some((byte) => byte !== 0) ? toHex(chipId) : undefined;
  return toHex(certified.hwid).padEnd(128, '0');
}

function evidenceOf(report: SnpReport, line: ProductLine | undefined): JsonObject {
  const tcb = (bytes: Uint8Array): Json =>
    line === undefined ? toHex(bytes) : { raw: toHex(bytes), ...decodeTcb(bytes, line) };
  return {
    version: report.version,
    guestSvn: report.guestSvn,
    policy: bitsOf(report.policy),
    familyId: toHex(report.familyId),
    imageId: toHex(report.imageId),
    vmpl: report.vmpl,
    signatureAlgorithm: report.signatureAlgorithm,
    platformInfo: bitsOf(report.platformInfo),
    signerInfo: bitsOf({ ...report.signerInfo, raw: BigInt(report.signerInfo.raw) }),
    reportData: toHex(report.reportData),
    measurement: toHex(report.measurement),
    hostData: toHex(report.hostData),
    idKeyDigest: toHex(report.idKeyDigest),
    authorKeyDigest: toHex(report.authorKeyDigest),
    reportId: toHex(report.reportId),
    reportIdMa: toHex(report.reportIdMa),
    reportedTcb: tcb(report.reportedTcb),
    currentTcb: tcb(report.currentTcb),
    committedTcb: tcb(report.committedTcb),
    launchTcb: tcb(report.launchTcb),
    current: showVersion(report.current),
    committed: showVersion(report.committed),
    cpuid: report.cpuid && { ...report.cpuid },
    chipId: toHex(report.chipId),
    mitigations: report.mitigations && {
      launch: hex64(report.mitigations.launch),
      current: hex64(report.mitigations.current),
    },
  };
}

type Bits = GuestPolicy | PlatformInfo | (Omit<SignerInfo, 'raw'> & { readonly raw: bigint });

function bitsOf(bits: Bits): JsonObject {
  const entries = Object.entries(bits).filter(([name, value]) => name !== 'reservedOne' && value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'bigint' ? hex64(value) : value]));
}

/** A 64-bit vector as 16 digits, most significant first. */
export function hex64(bits: bigint): string {
  return bits.toString(16).padStart(16, '0');
}

/** `1.55.29`: API version and build. */
export function showVersion({ major, minor, build }: FirmwareVersion): string {
  return `${major}.${minor}.${build}`;
}
