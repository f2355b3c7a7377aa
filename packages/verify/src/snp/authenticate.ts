import { equalBytes, isZero } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { toIso, type UnixSeconds } from '../codec/time.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { Authenticated, Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { claimsOf } from './claims.ts';
import { openEndorsements, type SnpEndorsed } from './endorsements.ts';
import type { SnpParsed } from './parse.ts';
import { lineOfCpuid, type ProductLine } from './product.ts';
import { SIGNED_LENGTH, type SnpReport } from './report.ts';
import { showTcb, tcbAtMost } from './tcb.ts';
import type { VekExtensions } from './vek.ts';

/** A report with what its endorsements say of it. */
export interface SnpAuthenticated extends Authenticated {
  readonly report: SnpReport;
  /** Undefined when processor, leaf and root do not agree on one. */
  readonly line: ProductLine | undefined;
  readonly extensions: VekExtensions | undefined;
  readonly crlIssued: UnixSeconds | undefined;
}

/** Judges a report by authenticated endorsements: the layer `authentic`. */
export async function authenticateSnp(
  { report }: SnpParsed,
  endorsements: Endorsements,
  clock: Clock,
  checks: Checklist,
): Promise<SnpAuthenticated> {
  const endorsed = await openEndorsements(endorsements);
  const { extensions, crl } = endorsed;
  checks.replay(endorsed.checks);
  judgeDates(endorsed, clock, checks);
  const line = judgeProduct(report, endorsed, checks);
  const kindred = judgeKind(report, extensions, checks);
  await judgeSignature(report, endorsed, checks);
  judgeTcb(report, line && extensions, checks);
  judgeChip(report, kindred ? extensions : undefined, checks);
  return {
    claims: claimsOf(report, extensions),
    tcb: null,
    simulated: endorsed.simulated,
    validity: endorsed.validity,
    report,
    line,
    extensions,
    crlIssued: crl?.thisUpdate,
  };
}

function judgeDates({ vek, ask, ark, crl }: SnpEndorsed, { now, skew }: Clock, checks: Checklist): void {
  const holds = (from: UnixSeconds, to: UnixSeconds): boolean => now >= from - skew && now <= to + skew;
  const span = (from: UnixSeconds, to: UnixSeconds): string => `${toIso(from)} to ${toIso(to)}`;
  if (vek && ask && ark) {
    const stale = [vek, ask, ark].find(({ notBefore, notAfter }) => !holds(notBefore, notAfter));
    checks.test('snp.chain.validity', stale === undefined, {
      expected: stale && `${stale.subject.attributes.CN}: ${span(stale.notBefore, stale.notAfter)}`,
      actual: toIso(now),
    });
  } else checks.skip('snp.chain.validity', 'needs the whole chain');
  if (crl === undefined) {
    checks.skip('snp.crl.freshness', 'needs CRL');
    return;
  }
  const { thisUpdate, nextUpdate } = crl;
  checks.test('snp.crl.freshness', holds(thisUpdate, nextUpdate), {
    expected: span(thisUpdate, nextUpdate),
    actual: toIso(now),
  });
}

/** Processor (from report version 3 on), leaf and root must name one line, because it decides what TCB bytes mean. */
function judgeProduct(report: SnpReport, endorsed: SnpEndorsed, checks: Checklist): ProductLine | undefined {
  const { extensions, line, ark } = endorsed;
  if (extensions === undefined || ark === undefined) {
    checks.skip('snp.product.line', 'needs ARK and the extensions of VCEK or VLEK');
    return undefined;
  }
  const { cpuid } = report;
  const processor = cpuid === null ? extensions.line : lineOfCpuid(cpuid);
  const found = [cpuid && (processor ?? `processor ${cpuid.family}/${cpuid.model}`), extensions.productName];
  const agreed = line !== undefined && line === extensions.line && line === processor;
  checks.test('snp.product.line', agreed, {
    expected: line ?? 'a root of Milan, Genoa or Turin',
    actual: found.filter((name) => name !== null).join(', '),
  });
  return agreed ? line : undefined;
}

function judgeKind({ signerInfo }: SnpReport, extensions: VekExtensions | undefined, checks: Checklist): boolean {
  if (extensions === undefined) {
    checks.skip('snp.vek.kind', 'needs the extensions of VCEK or VLEK');
    return false;
  }
  const { kind } = extensions;
  return checks.test('snp.vek.kind', kind === signerInfo.signingKey, { expected: signerInfo.signingKey, actual: kind });
}

async function judgeSignature(
  { raw, signature }: SnpReport,
  { vekKey }: SnpEndorsed,
  checks: Checklist,
): Promise<void> {
  const id = 'snp.report.signature';
  if (vekKey === undefined) {
    checks.skip(id, 'needs a P-384 key in VCEK or VLEK');
    return;
  }
  checks.test(id, await vekKey.verify(signature, raw.subarray(0, SIGNED_LENGTH)));
}

function judgeTcb(report: SnpReport, extensions: VekExtensions | undefined, checks: Checklist): void {
  if (extensions === undefined) {
    for (const id of ['snp.tcb.reported', 'snp.tcb.current']) checks.skip(id, 'needs the product and its VCEK or VLEK');
    return;
  }
  const { tcb, line } = extensions;
  const show = (bytes: Uint8Array): string => showTcb(bytes, line);
  checks.test('snp.tcb.reported', equalBytes(report.reportedTcb, tcb), {
    expected: show(tcb),
    actual: show(report.reportedTcb),
  });
  checks.test('snp.tcb.current', tcbAtMost(tcb, report.currentTcb), {
    expected: `at least ${show(tcb)}`,
    actual: show(report.currentTcb),
  });
}

function judgeChip(report: SnpReport, extensions: VekExtensions | undefined, checks: Checklist): void {
  const { chipId, signerInfo } = report;
  if (extensions === undefined) {
    checks.skip('snp.chip.id', 'needs the extensions of the key that signed');
    return;
  }
  const expected = new Uint8Array(chipId.length);
  const masked = signerInfo.maskChipKey && isZero(chipId);
  if (extensions.hwid !== null && !masked) expected.set(extensions.hwid);
  checks.test('snp.chip.id', equalBytes(chipId, expected), { expected: toHex(expected), actual: toHex(chipId) });
}
