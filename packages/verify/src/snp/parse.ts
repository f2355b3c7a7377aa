import { isZero } from '../codec/bytes.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import type { Parsed } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { claimsOf } from './claims.ts';
import { parseSnpReport, REPORT_LENGTH, reservedRanges, type SnpReport, UNUSED_SIGNATURE } from './report.ts';

/** A report that has its form. */
export interface SnpParsed extends Parsed {
  readonly report: SnpReport;
}

/** The order of P-384 (FIPS 186-5). */
const P384_ORDER = fromHex(
  'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
);

/** Checks the form of a report (the first two groups of checks). Undefined when one fails. Never throws. */
export function parseSnp(evidence: Uint8Array, checks: Checklist): SnpParsed | undefined {
  const fits = checks.test('snp.report.length', evidence.length === REPORT_LENGTH, {
    expected: `${REPORT_LENGTH} bytes`,
    actual: `${evidence.length} bytes${isParavisorBlob(evidence) ? ', an Azure paravisor report' : ''}`,
  });
  if (!fits) return undefined;
  // Not by `slice`: Node's Buffer would share its memory.
  const report = parseSnpReport(new Uint8Array(evidence));
  return hasForm(report, checks) ? { report, claims: claimsOf(report) } : undefined;
}

function hasForm(report: SnpReport, checks: Checklist): boolean {
  const { raw, version, policy, signerInfo } = report;
  if (!checks.test('snp.report.version', version >= 2 && version <= 5, { expected: '2 to 5', actual: `${version}` })) {
    return false;
  }
  const dirty = reservedRanges(version).find(([from, to]) => !isZero(raw.subarray(from, to)));
  const results = [
    checks.test('snp.report.policy', policy.reservedOne && policy.raw >> 26n === 0n, {
      actual: `0x${policy.raw.toString(16)}`,
    }),
    checks.test('snp.report.reserved', dirty === undefined, {
      actual: dirty && `bytes 0x${dirty[0].toString(16)} to 0x${dirty[1].toString(16)} are not zero`,
    }),
    checks.test('snp.report.signer-info', signerInfo.raw >>> 5 === 0, { actual: `0x${signerInfo.raw.toString(16)}` }),
    checks.test('snp.report.signing-key', signerInfo.signingKey !== undefined, {
      expected: 'VCEK or VLEK',
      actual: signerInfo.signingKey ?? `key ${(signerInfo.raw >>> 2) & 7}`,
    }),
    checks.test('snp.report.signature-algorithm', report.signatureAlgorithm === 1, {
      expected: '1',
      actual: `${report.signatureAlgorithm}`,
    }),
    checks.test('snp.report.signature-form', hasSignatureForm(report)),
  ];
  return results.every(Boolean);
}

function hasSignatureForm({ raw, signature }: SnpReport): boolean {
  const inRange = (number: Uint8Array): boolean => !isZero(number) && toHex(number) < toHex(P384_ORDER);
  return (
    UNUSED_SIGNATURE.every(([from, to]) => isZero(raw.subarray(from, to))) &&
    inRange(signature.subarray(0, 48)) &&
    inRange(signature.subarray(48))
  );
}

/** Two of three signs of a report: its length, a version from 2 to 5, its signature algorithm. Also what to refuse by name. */
export function recognisesSnp(evidence: Uint8Array): boolean {
  if (isParavisorBlob(evidence)) return true;
  const u32 = (at: number): number =>
    at + 4 > evidence.length ? -1 : new DataView(evidence.buffer, evidence.byteOffset + at, 4).getUint32(0, true);
  const version = u32(0);
  const signs = [evidence.length === REPORT_LENGTH, version >= 2 && version <= 5, u32(0x34) === 1];
  return signs.filter(Boolean).length >= 2;
}

/** Azure wraps the report of its paravisor into a blob of its own (`HCLA`), which is out of scope. */
function isParavisorBlob(evidence: Uint8Array): boolean {
  return evidence[0] === 0x48 && evidence[1] === 0x43 && evidence[2] === 0x4c && evidence[3] === 0x41;
}
