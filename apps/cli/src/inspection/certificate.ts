import type { Certificate } from '@assay/verify/codec';
import type { Carried } from '../recognise/recognise.ts';
import { inspectEventLog } from './event-log.ts';
import { describeCertificate, inspectEvidence } from './evidence.ts';
import type { Findings } from './inspection.ts';

/** What a certificate says, and the evidence that it carries. */
export async function inspectCertificate(certificate: Certificate, carried: Carried): Promise<Findings> {
  const described = { certificate: describeCertificate(certificate) };
  const title = 'X.509 certificate with evidence';
  if ('reason' in carried) return { title, problems: [carried.reason], content: described };
  const { oid, evidence, eventLog } = carried.evidence;
  const inner = await inspectEvidence(evidence);
  const log = eventLog && (await inspectEventLog(eventLog));
  return {
    title: `${title}: ${inner.title}`,
    problems: [...inner.problems, ...(log?.problems ?? [])],
    content: {
      certificate: { ...described.certificate, extension: oid },
      ...inner.content,
      ...log?.content,
    },
  };
}
