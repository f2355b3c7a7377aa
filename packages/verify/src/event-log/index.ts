export { appraiseEventLog, type EventLogFindings, type EventLogInput } from './appraise.ts';
export { eventLogChecks } from './checks.ts';
export type { Coverage, EventContent, LoggedEvent, Register } from './event.ts';
export { type DigestMismatch, type ReplayedLog, replayEventLog } from './replay.ts';
