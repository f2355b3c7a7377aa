export { BATCH_SIZE, type Batch, type BatchProof, buildBatch, SALT_LENGTH } from './batch.ts';
export { reportDataOfBatch } from './batch-proof.ts';
export { bindingChecks } from './checks.ts';
export { statementDigest, tokenNonce } from './digest.ts';
export { buildStatement, MAX_STATEMENT, parseStatement, type Statement, type StatementContent } from './statement.ts';
export type { AppKey, PeerKey, ResponseSubject, Subject, TappdRequest, TeekitKey } from './subject.ts';
