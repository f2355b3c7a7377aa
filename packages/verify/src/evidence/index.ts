export { type Envelope, envelopeJson, parseEnvelope, serialiseEnvelope } from './envelope.ts';
export { malformedEvidence } from './malformed.ts';
