export { type Envelope, envelopeJson, parseEnvelope, readEnvelope, serialiseEnvelope } from './envelope.ts';
export { malformedEvidence } from './malformed.ts';
