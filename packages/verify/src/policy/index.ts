export type { ConfidentialSpacePolicy } from './confidential-space.ts';
export { MEASUREMENTS, type MeasurementName, PLATFORM_IDS, type PlatformId, type ValueForm } from './measurements.ts';
export { parsePolicy } from './parse.ts';
export type {
  AcceptableTcbStatus,
  BindingPolicy,
  BindingProfile,
  Policy,
  Release,
  StatementType,
  TcbPolicy,
  TdxPolicy,
} from './policy.ts';
export type { SnpPolicy, SnpTcbMinimum } from './snp.ts';
