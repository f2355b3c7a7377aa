import type { Evidence } from '@assay/verify';
import { inspectEventLog } from './event-log.ts';
import { inspectEvidence } from './evidence.ts';
import type { Findings, Sections } from './inspection.ts';

/** What evidence says that came in something: `around` adds sections of what it came in; those of its log come last. */
export async function inspectWrapped(
  title: string,
  { evidence, eventLog }: Pick<Evidence, 'evidence' | 'eventLog'>,
  around: (inner: Sections) => Sections,
): Promise<Findings> {
  const inner = await inspectEvidence(evidence);
  const log = eventLog && (await inspectEventLog(eventLog));
  return {
    title: `${title}: ${inner.title}`,
    problems: [...inner.problems, ...(log?.problems ?? [])],
    content: { ...around(inner.content), ...log?.content },
  };
}
