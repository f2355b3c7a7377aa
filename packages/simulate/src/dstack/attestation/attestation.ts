import type { Release } from '../release.ts';
import type { AttestationContent } from './content.ts';
import { encodeAttestationV1 } from './message-pack.ts';
import { encodeAttestationV0 } from './scale.ts';

/** The versioned attestation that agents of a release answer to `Attest`: version 1 since 0.6.0, 0 before. */
export function encodeAttestation(release: Release, content: AttestationContent): Uint8Array {
  return release.reaches('0.6.0') ? encodeAttestationV1(content) : encodeAttestationV0(content);
}
