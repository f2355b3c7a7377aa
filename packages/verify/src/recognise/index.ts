export { type EvidenceWithLog, parseDstackAttestation } from './dstack-attestation.ts';
export type { Encoding } from './encoding.ts';
export { type Recognised, type RecognisedCompanion, type RecognisedEvidence, recognise } from './recognise.ts';
export { type Unwrapped, unwrap } from './unwrap.ts';
