export type { Attester, AttesterName, Detection, EvidenceRequest } from './attester.ts';
export type { HealthCheck, HealthFinding, HealthOutcome } from './health.ts';
export type { DerivedKey, KeySource } from './keys/key-source.ts';
export { createSoftwareKeys } from './keys/software.ts';
export { carrying, checkedRequest } from './report-data.ts';
export { type Batcher, type BatcherOptions, createBatcher } from './statement/batcher.ts';
export { type IssueOptions, issueStatement } from './statement/issue.ts';
export { newInstance, type Speaker, type StatementRequest } from './statement/statement.ts';
