import { Checklist, type Tee } from '@assay/verify';
import { tokenNonce } from '@assay/verify/binding';
import { toHex } from '@assay/verify/codec';
import { confidentialSpace } from '@assay/verify/confidential-space';
import type { Envelope } from '@assay/verify/evidence';
import { sgx } from '@assay/verify/sgx';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';
import type { EvidenceRequest } from './attester.ts';
import { unavailable, usage } from './failure.ts';

const TEES: readonly Tee[] = [tdx, sgx, snp, confidentialSpace];

/** A copy of the request: the caller may reuse its buffers. Throws `usage` for report data of another length than 64. */
export function checkedRequest(request: EvidenceRequest): EvidenceRequest {
  const { reportData, nonces } = request;
  if (!(reportData instanceof Uint8Array) || reportData.length !== 64) {
    const found = reportData instanceof Uint8Array ? `${reportData.length} bytes` : typeof reportData;
    throw usage(`reportData: expected 64 bytes, found ${found}`, 'reportData');
  }
  return { ...request, reportData: new Uint8Array(reportData), nonces: nonces && [...nonces] };
}

/**
 * The envelope, once its evidence is seen to carry the report data that were asked for. Sources are shared, and answers
 * can be mixed up on the way. Throws `unavailable` when it carries others, or is not of the kind that `tee` says.
 */
export async function carrying(envelope: Envelope, { reportData }: EvidenceRequest): Promise<Envelope> {
  const tee = TEES.find((known) => known.recognises(envelope.evidence));
  if (tee === undefined) throw wrong(`${envelope.evidence.length} bytes that are no quote, report or token`);
  const checks = new Checklist(tee.checks);
  const parsed = tee.parse(envelope.evidence, checks);
  if (parsed === undefined) {
    const failed = checks.checks.find(({ outcome }) => outcome === 'fail');
    throw wrong(`evidence that does not parse (${failed?.id ?? 'no check'}: ${failed?.actual ?? 'unknown'})`);
  }
  const { claims } = parsed;
  const carries =
    claims.reportData === null
      ? claims.nonces.includes(await tokenNonce(reportData))
      : claims.reportData === toHex(reportData);
  if (!carries) throw wrong('evidence with other report data than were asked for');
  if (envelope.tee !== undefined && envelope.tee !== tee.name)
    throw wrong(`evidence of the kind ${tee.name} where ${envelope.tee} was expected`);
  return { ...envelope, tee: tee.name };
}

function wrong(found: string): Error {
  return unavailable(
    `the platform answered ${found}`,
    'it is broken or shared unsafely: ask again, then look at its log',
  );
}
