import { createBatcher, newInstance } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import type { JsonObject } from '@assay/verify/codec';
import { envelopeJson } from '@assay/verify/evidence';
import { SPKI_SHA256 } from '../tools/verifier-in-tests.ts';

/** Many machines of the vendor that the tests of the verification service have. */
export interface Fleet {
  /** `assay.evidence/1` of one of them for a nonce. */
  readonly evidenceOf: (machine: number, nonce: string) => Promise<JsonObject>;
}

/** Sets up so many machines, each with a certificate of its own: a verifier has seen none of them before. */
export async function startFleet(now: Date, machines: number): Promise<Fleet> {
  const vendor = await createIntelVendor({ seed: 'verifier', now });
  const keys = [{ use: 'tls', spkiSha256: SPKI_SHA256 }];
  const batchers = await Promise.all(
    Array.from({ length: machines }, async (_, machine) => {
      const ppid = new Uint8Array(16);
      new DataView(ppid.buffer).setUint32(0, machine);
      const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck: await issuePck(vendor, { ppid }) }));
      return createBatcher(attester, { instance: newInstance(), clock: () => now });
    }),
  );
  return {
    evidenceOf: async (machine, nonce) => {
      const batcher = batchers[machine];
      if (batcher === undefined) throw new Error(`no machine ${machine}`);
      return envelopeJson(await batcher.issue({ type: 'attestation', nonce, aud: null, keys, claims: {} }));
    },
  };
}
