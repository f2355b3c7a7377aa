import { digest, importKey } from '#crypto';
import { concatBytes, equalBytes, isZero } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { VerifyKey } from '../crypto/types.ts';
import { ES256 } from '../crypto/types.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { dcapChecks } from './checks.ts';
import type { Collateral } from './collateral.ts';
import { authenticatePck, type Pck } from './pck.ts';
import { authenticateQe } from './qe.ts';
import type { QuoteAuthentication } from './quote.ts';
import type { EnclaveLevel } from './tcb-info.ts';
import type { Window } from './window.ts';

/** First byte of an uncompressed point (SEC 1 section 2.3.3). */
const UNCOMPRESSED = Uint8Array.of(4);

/** Which documents a TEE's quotes need. */
export interface DocumentIds {
  readonly tcbInfo: 'SGX' | 'TDX';
  readonly qeIdentity: 'QE' | 'TD_QE';
}

/** A platform's chain from Intel's root to the attestation key, checked once; the same for each of its quotes. */
export interface Platform {
  /** Every check but those of dates. */
  readonly checks: readonly Check[];
  readonly windows: readonly Window[];
  readonly pck: Pck | undefined;
  /** True when the TCB info is for this platform and TEE: no other says anything about its level. */
  readonly documented: boolean;
  readonly qe: EnclaveLevel | undefined;
  /** Undefined when the attestation key is no point on P-256. */
  readonly attestationKey: VerifyKey | undefined;
}

/** Checks everything of a quote that does not depend on its body. */
export async function authenticatePlatform(
  authentication: QuoteAuthentication,
  collateral: Collateral,
  ids: DocumentIds,
): Promise<Platform> {
  const checks = new Checklist(dcapChecks);
  const windows: Window[] = [];
  const pck = await authenticatePck(authentication.certification, collateral, checks, windows);
  const documented = matchDocuments(pck, collateral, ids, checks);
  const { qeReport, qeReportSignature, qeAuthData, attestationKey: point } = authentication;
  if (pck?.key === undefined) checks.skip('dcap.qe-report.signature', 'needs the PCK certificate');
  else checks.test('dcap.qe-report.signature', await pck.key.verify(qeReportSignature, qeReport.raw));
  const bound = await digest('SHA-256', concatBytes(point, qeAuthData));
  const { reportData } = qeReport;
  const binds = equalBytes(bound, reportData.subarray(0, 32)) && isZero(reportData.subarray(32));
  checks.test('dcap.qe-report.binding', binds, { expected: toHex(bound), actual: toHex(reportData) });
  const qe = authenticateQe(qeReport, collateral.qeIdentity, ids.qeIdentity, checks);
  const attestationKey = await importKey(
    { kind: 'ec', curve: 'P-256', point: concatBytes(UNCOMPRESSED, point) },
    ES256,
  );
  checks.test('dcap.quote.attestation-key', attestationKey !== undefined);
  return { checks: checks.checks, windows, pck, documented, qe, attestationKey };
}

function matchDocuments(pck: Pck | undefined, { tcbInfo }: Collateral, ids: DocumentIds, checks: Checklist): boolean {
  if (tcbInfo === undefined) {
    checks.skip('dcap.tcb-info.tee', 'needs the TCB info');
    checks.skip('dcap.tcb-info.platform', 'needs the TCB info');
    return false;
  }
  const { id } = tcbInfo;
  const ours = checks.test('dcap.tcb-info.tee', id === ids.tcbInfo, { expected: ids.tcbInfo, actual: id });
  if (pck?.platform === undefined) {
    checks.skip('dcap.tcb-info.platform', 'needs the PCK certificate');
    return false;
  }
  const { fmspc, pceId } = pck.platform;
  const same = equalBytes(tcbInfo.fmspc, fmspc) && equalBytes(tcbInfo.pceId, pceId);
  checks.test('dcap.tcb-info.platform', same, {
    expected: `FMSPC ${toHex(fmspc)}, PCEID ${toHex(pceId)}`,
    actual: `FMSPC ${toHex(tcbInfo.fmspc)}, PCEID ${toHex(tcbInfo.pceId)}`,
  });
  return ours && same;
}
