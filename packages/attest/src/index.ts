export type { Attester, AttesterName, Detection, EvidenceRequest } from './attester.ts';
export type { HealthCheck, HealthFinding, HealthOutcome } from './health.ts';
