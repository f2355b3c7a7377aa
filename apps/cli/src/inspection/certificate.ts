import type { Certificate } from '@assay/verify/codec';
import type { Carried } from '../recognise/recognise.ts';
import { describeCertificate } from './evidence.ts';
import type { Findings } from './inspection.ts';
import { inspectWrapped } from './wrapped.ts';

/** What a certificate says, and the evidence that it carries. */
export async function inspectCertificate(certificate: Certificate, carried: Carried): Promise<Findings> {
  const described = { certificate: describeCertificate(certificate) };
  const title = 'X.509 certificate with evidence';
  if ('reason' in carried) return { title, problems: [carried.reason], content: described };
  const { oid } = carried.evidence;
  return inspectWrapped(title, carried.evidence, (inner) => ({
    certificate: { ...described.certificate, extension: oid },
    ...inner,
  }));
}
