export {
  type Bundle,
  type BundleInput,
  bundleDigest,
  makeBundle,
  parseBundle,
  serialiseBundle,
  verdictDigest,
} from './bundle.ts';
export { bundleChecks } from './checks.ts';
export { type Countersignature, countersignedBytes } from './countersignature.ts';
export type { BundleRecord } from './record.ts';
export { type RecordedOptions, type Replay, replayBundle } from './replay.ts';
export { readSubject, subjectJson } from './subject-json.ts';
export { MAX_LAG, type TimeTrust, withTime } from './time.ts';
