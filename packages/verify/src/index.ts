export { authenticate } from './authenticate.ts';
export { sharedChecks } from './checks.ts';
export { fromPem } from './codec/pem.ts';
export {
  type AuthenticateEndorsementsOptions,
  authenticateEndorsements,
} from './endorsements/authenticate.ts';
export { endorsementsFromDirectory } from './endorsements/directory.ts';
export type { DatedDocument, EndorsementFamily, EndorsementSource, Endorsements } from './endorsements/handle.ts';
export { parseEndorsements } from './endorsements/json.ts';
export type {
  ConfidentialSpaceEndorsements,
  DcapCollateral,
  RawEndorsements,
  SnpEndorsements,
} from './endorsements/raw.ts';
export { AssayError, type AssayErrorCode, type AssayErrorDetails } from './errors.ts';
export { type Envelope, parseEnvelope, serialiseEnvelope } from './evidence/envelope.ts';
export { malformedEvidence } from './evidence/malformed.ts';
export { createMemory, type MemoryOptions } from './memory/in-memory.ts';
export type { RollbackMemory } from './memory/rollback.ts';
export type { AuthenticateOptions, Evidence, VerifyOptions } from './options.ts';
export type { Policy, Release } from './policy/policy.ts';
export type { Tee } from './tee.ts';
export type { Authority, Catalogue, Check, CheckDefinition, CheckOutcome, Layer } from './verdict/check.ts';
export { Checklist } from './verdict/checklist.ts';
export type {
  Advisory,
  ClaimedKey,
  Claims,
  LayerOutcome,
  Tcb,
  TcbPart,
  TeeName,
  Verdict,
} from './verdict/verdict.ts';
export { verify } from './verify.ts';
