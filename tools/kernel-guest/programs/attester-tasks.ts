import { createTsmAttester } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { serialiseEnvelope } from '@assay/verify/evidence';
import type { SignerFault } from '../contract.ts';
import { setFault } from '../inside/provider.ts';

/** Unchanged but for its pauses, which would take longer than all the rest. */
const attester = createTsmAttester({ sleep: async () => undefined });

async function evidence(reportData: string): Promise<string> {
  return serialiseEnvelope(await attester.evidence({ reportData: Buffer.from(reportData, 'hex') }));
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    if (error instanceof AssayError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** What the attester does on this kernel; report data are hex, envelopes their JSON. */
export const attesterTasks = {
  detect: () => attester.detect(),

  health: () => Promise.all(attester.health.map(async ({ id, look }) => ({ id, ...(await look()) }))),

  evidence: (reportData: readonly string[]) => Promise.all(reportData.map(evidence)),

  /** What it says of a signer that does something wrong. */
  faulty: async (fault: SignerFault) => {
    setFault(fault);
    try {
      return await messageOf(evidence('04'.repeat(64)));
    } finally {
      setFault(null);
    }
  },

  /** Evidence from a signer that is busy once: it works again while the attester waits. */
  busyOnce: async (reportData: string) => {
    let pauses = 0;
    const patient = createTsmAttester({
      sleep: async () => {
        pauses += 1;
        setFault(null);
      },
    });
    setFault({ errno: 16 });
    const envelope = await patient.evidence({ reportData: Buffer.from(reportData, 'hex') });
    return { pauses, envelope: serialiseEnvelope(envelope) };
  },
};
