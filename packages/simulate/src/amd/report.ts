import { encodeLayout, type FieldValues } from '../layout.ts';
import type { Vek } from './vek.ts';
import type { AmdProduct } from './vendor.ts';

/** The signed part of a report of version 5 (AMD 56860 section 7.3); earlier versions leave later fields zero. */
export const SNP_REPORT = [
  ['version', 4],
  ['guestSvn', 4],
  ['policy', 8],
  ['familyId', 16],
  ['imageId', 16],
  ['vmpl', 4],
  ['signatureAlgorithm', 4],
  ['currentTcb', 8],
  ['platformInfo', 8],
  ['signerInfo', 4],
  ['reserved1', 4],
  ['reportData', 64],
  ['measurement', 48],
  ['hostData', 32],
  ['idKeyDigest', 48],
  ['authorKeyDigest', 48],
  ['reportId', 32],
  ['reportIdMa', 32],
  ['reportedTcb', 8],
  ['cpuid', 3],
  ['reserved2', 21],
  ['chipId', 64],
  ['committedTcb', 8],
  ['current', 3],
  ['reserved3', 1],
  ['committed', 3],
  ['reserved4', 1],
  ['launchTcb', 8],
  ['launchMitigations', 8],
  ['currentMitigations', 8],
  ['reserved5', 152],
] as const;

/** Fields of a report. Integers are written little endian. */
export type SnpReportFields = FieldValues<typeof SNP_REPORT>;

/** What may be wrong with a report. */
export interface SnpReportEdits {
  /** Signs with another key than the leaf's. */
  readonly signer?: Vek['key'];
  /** Changes the finished report. */
  readonly bytes?: (report: Uint8Array) => Uint8Array;
}

/** CPUID family, model and stepping by line. */
const PROCESSORS: Readonly<Record<AmdProduct, Uint8Array>> = {
  Milan: Uint8Array.of(0x19, 0x01, 0x01),
  Genoa: Uint8Array.of(0x19, 0x11, 0x01),
  Turin: Uint8Array.of(0x1a, 0x02, 0x01),
};
/** Build, minor, major of the firmware. */
const FIRMWARE = Uint8Array.of(61, 55, 1);
/** SMT allowed, and the bit that must be one. */
const POLICY = 0x30000;
/** SMT, ECC, alias check complete. */
const PLATFORM = 0x25;
const NUMBER_LENGTH = 72;

/** Builds and signs a report of 1184 bytes: version 5, from a guest and a platform that are sound, unless fields say otherwise. */
export async function buildSnpReport(
  vek: Vek,
  fields: SnpReportFields = {},
  { signer = vek.key, bytes }: SnpReportEdits = {},
): Promise<Uint8Array> {
  const { version = 5 } = fields;
  const { tcb, product } = vek;
  const signed = encodeLayout(SNP_REPORT, {
    version,
    policy: POLICY,
    signatureAlgorithm: 1,
    currentTcb: tcb,
    platformInfo: PLATFORM,
    signerInfo: vek.kind === 'VLEK' ? 1 << 2 : 0,
    reportedTcb: tcb,
    chipId: vek.chipId,
    committedTcb: tcb,
    current: FIRMWARE,
    committed: FIRMWARE,
    launchTcb: tcb,
    ...(Number(version) >= 3 && { cpuid: PROCESSORS[product] }),
    ...fields,
  });
  const report = new Uint8Array(1184);
  report.set(signed);
  const signature = await signer.sign(signed);
  for (const index of [0, 1]) {
    const number = signature.slice(index * 48, (index + 1) * 48).reverse();
    report.set(number, signed.length + index * NUMBER_LENGTH);
  }
  return bytes?.(report) ?? report;
}
