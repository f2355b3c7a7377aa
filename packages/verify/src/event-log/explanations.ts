import type { Explanations } from '../verdict/explain.ts';
import type { eventLogChecks } from './checks.ts';

/** What the checks of an event log mean, and what to do when they fail. */
export const eventLogExplanations = {
  'event-log.parse': [
    'The event log is a dstack log (JSON) or a TCG log (CCEL) in its exact form, within its limits.',
    'Pass the log as the guest agent or the firmware’s table gave it, whole and unchanged.',
  ],
  'event-log.digest': [
    'Each digest and preimage in RTMR3 is what the event’s name and payload give.',
    'The log was changed: get it again, or refuse the machine.',
  ],
  'event-log.replay': [
    'Replayed from zero, every register that the log extends has the value in the evidence.',
    'Log and evidence are of different moments or machines, or the log was changed: get both again, together.',
  ],
  'event-log.reserved': [
    'dstack’s own event names occur before system-ready, those of the app’s identity once, with payloads of their form.',
    'An app wrote events under dstack’s names, or the guest’s image is not dstack’s: do not trust what the log says.',
  ],
  'event-log.boot': [
    'The log reaches system-ready: the evidence was made when the guest had booted.',
    'Ask again when the guest is up.',
  ],
  'event-log.compose-hash': [
    'The log measures a compose hash, and it is the SHA-256 of the app-compose that was given.',
    'Pass the file’s bytes as deployed (formatting counts), or refuse the app.',
  ],
  'event-log.app-id': [
    'The log measures the app’s id. It may be the start of the compose hash or a deployment’s own.',
    'The guest is not a dstack app’s.',
  ],
  'event-log.config-id': [
    'MR_CONFIG_ID, where it holds a compose hash, holds the one in the log.',
    'The machine was launched for another app-compose than it runs: refuse it.',
  ],
} as const satisfies Explanations<keyof typeof eventLogChecks>;
