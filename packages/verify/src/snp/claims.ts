import { toHex } from '../codec/hex.ts';
import type { Json, JsonObject } from '../codec/json.ts';
import type { Claims } from '../verdict/verdict.ts';
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

/** Every field of the report but its signature, TCB versions in components as far as the product is known. */
function evidenceOf(report: SnpReport, line: ProductLine | undefined): JsonObject {
  const { raw: _, signature, ...fields } = report;
  const entries = Object.entries(fields).map(([name, value]) => {
    const isTcb = line !== undefined && name.endsWith('Tcb') && value instanceof Uint8Array;
    return [name, isTcb ? { raw: toHex(value), ...decodeTcb(value, line) } : plain(value)] as const;
  });
  return Object.fromEntries(entries);
}

type Plain = string | number | boolean | bigint | Uint8Array | null | undefined;

/** As JSON: bytes as hexadecimal, 64-bit vectors as 16 digits. */
function plain(value: Plain | { readonly [name: string]: Plain } | object): Json {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return hex64(value);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member as Plain)]));
}

/** A 64-bit vector as 16 digits, most significant first. */
export function hex64(bits: bigint): string {
  return bits.toString(16).padStart(16, '0');
}

/** `1.55.29`: API version and build. */
export function showVersion({ major, minor, build }: FirmwareVersion): string {
  return `${major}.${minor}.${build}`;
}
