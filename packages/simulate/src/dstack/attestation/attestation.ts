import type { AttestationContent } from './content.ts';
import { encodeAttestationV1 } from './message-pack.ts';
import { encodeAttestationV0 } from './scale.ts';

/** The two sets of methods that guest agents have: the unversioned one, and the one under `/v1`. */
export type Api = 'v0' | 'v1';

/** The versioned attestation that methods answer: version 1 in API v1 and for events that version 0 cannot hold, else 0. */
export function encodeAttestation(api: Api, content: AttestationContent): Uint8Array {
  const hashesJson = content.events.some(({ preimage }) => preimage !== undefined);
  return api === 'v1' || hashesJson ? encodeAttestationV1(content) : encodeAttestationV0(content);
}
