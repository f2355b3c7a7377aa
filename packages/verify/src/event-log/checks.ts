import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const IDENTITY: CheckDefinition = { layer: 'identity' };

/** Checks of an event log that comes with evidence. Its events count only when they replay to the registers of the evidence. */
export const eventLogChecks = {
  'event-log.parse': IDENTITY,
  'event-log.digest': IDENTITY,
  'event-log.replay': IDENTITY,
  'event-log.reserved': IDENTITY,
  'event-log.boot': IDENTITY,
  'event-log.compose-hash': IDENTITY,
  'event-log.app-id': IDENTITY,
  'event-log.config-id': IDENTITY,
} as const satisfies Catalogue;
