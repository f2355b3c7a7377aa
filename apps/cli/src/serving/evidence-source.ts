import { type Attester, findAttester } from '@assay/attest';
import { attestersHere } from '../attesters.ts';
import type { Io } from '../io.ts';

/** Where a service's evidence comes from. */
export interface EvidenceSource {
  readonly attester: Attester;
  /** Whether it works now; it may later. */
  readonly works: boolean;
}

/**
 * The attester that is named, else the first that works. Where none does, the proxy whose token this workload has: the
 * proxy makes statements for it, and takes none of its own. Else whichever comes to work while the service runs: a
 * container can start before the guest agent whose socket it shares.
 */
export async function evidenceSource(from: string | undefined, io: Io): Promise<EvidenceSource> {
  const all = attestersHere(from, io);
  const detections = await Promise.all(all.map(async (attester) => (await attester.detect()).available));
  const found = all.find((_, index) => detections[index]);
  const expected = from === undefined ? all.find(({ statement }) => statement !== undefined) : all[0];
  return { attester: found ?? expected ?? whichever(all), works: found !== undefined };
}

/** A launcher of Confidential Space is there before its workload: tokens do not come later. */
function whichever(all: readonly Attester[]): Attester {
  const later = all.filter(({ name }) => name !== 'confidential-space');
  return {
    name: 'dstack',
    health: [],
    async detect(signal) {
      const looks = await Promise.all(
        all.map(async (attester) => ({ ...(await attester.detect(signal)), useful: later.includes(attester) })),
      );
      const available = looks.some((look) => look.available && look.useful);
      return { available, looked: looks.flatMap(({ looked }) => looked) };
    },
    evidence: async (request) => (await findAttester(later, request.signal)).attester.evidence(request),
  };
}
