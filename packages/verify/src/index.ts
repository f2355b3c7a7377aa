export { authenticate } from './authenticate.ts';
export { fromPem } from './codec/pem.ts';
export {
  type AuthenticateEndorsementsOptions,
  authenticateEndorsements,
} from './endorsements/authenticate.ts';
export type { DatedDocument, EndorsementFamily, EndorsementSource, Endorsements } from './endorsements/handle.ts';
export type {
  ConfidentialSpaceEndorsements,
  DcapCollateral,
  RawEndorsements,
  SnpEndorsements,
} from './endorsements/raw.ts';
export { AssayError, type AssayErrorCode, type AssayErrorDetails } from './errors.ts';
export type { RollbackMemory } from './memory/rollback.ts';
export type { AuthenticateOptions, Evidence, VerifyOptions } from './options.ts';
export type { Policy, Release } from './policy/policy.ts';
export type { Authenticated, Clock, Parsed, Tee } from './tee.ts';
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
