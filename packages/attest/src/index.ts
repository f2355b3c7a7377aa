export type { Attester, AttesterName, Detection, EvidenceRequest } from './attester.ts';
export type { HealthCheck, HealthFinding, HealthOutcome } from './health.ts';
export type { DerivedKey, KeySource } from './keys/key-source.ts';
