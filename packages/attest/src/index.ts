export type { Attester, AttesterName, Detection, EvidenceRequest, StatementQuestion } from './attester.ts';
export { attestersOf } from './attesters.ts';
export { type ConfidentialSpaceOptions, createConfidentialSpaceAttester } from './confidential-space/attester.ts';
export type { TokenType } from './confidential-space/token-request.ts';
export { type Found, findAttester } from './detect.ts';
export { createDstackAttester } from './dstack/attester.ts';
export { createDstackClient, type DstackClient } from './dstack/client.ts';
export type { DstackOptions } from './dstack/connection.ts';
export type { DstackInfo } from './dstack/info.ts';
export {
  createDstackKeys,
  type DstackKey,
  type DstackKeys,
  type DstackKeysOptions,
  type KeyPin,
} from './dstack/keys.ts';
export type { DstackPlaceOptions } from './dstack/place.ts';
export type { DstackApi, GuestAgent } from './dstack/probe.ts';
export type { Environment } from './environment.ts';
export { type Examination, type ExaminedCheck, examine } from './examine.ts';
export { createGramineAttester, type GramineOptions } from './gramine/attester.ts';
export { createGramineKeys, type GramineKeysOptions } from './gramine/keys.ts';
export type { GramineFiles } from './gramine/pseudo-files.ts';
export type { HealthCheck, HealthFinding, HealthOutcome } from './health.ts';
export type { DerivedKey, KeySource } from './keys/key-source.ts';
export { createSoftwareKeys } from './keys/software.ts';
export { createProxyAttester, type ProxyOptions } from './proxy/attester.ts';
export type { ProxyPlaceOptions } from './proxy/place.ts';
export { createProxyStatements, type ProxyStatements } from './proxy/statements.ts';
export { carrying, checkedRequest } from './report-data.ts';
export { type Batcher, type BatcherOptions, createBatcher } from './statement/batcher.ts';
export { type IssueOptions, issueStatement } from './statement/issue.ts';
export { newInstance, type Speaker, type StatementRequest } from './statement/statement.ts';
export { createTsmAttester, TSM_REPORT_PATH, type TsmOptions } from './tsm/attester.ts';
export type { TsmFiles, TsmHandle } from './tsm/files.ts';
