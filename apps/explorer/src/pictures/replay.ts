import { fromHex, toHex } from '@assay/verify/codec';
import { type LoggedEvent, type Register, type ReplayedLog, replayEventLog } from '@assay/verify/event-log';

/** An event, and its register after it. */
export interface Step {
  readonly index: number;
  readonly event: LoggedEvent;
  /** Lower-case hex; null for events that extend nothing. */
  readonly value: string | null;
}

/** A log replayed step by step. */
export interface Steps {
  readonly log: ReplayedLog;
  readonly steps: readonly Step[];
}

/** Replays a log: a register becomes SHA-384(register ‖ digest) with each event. Throws `malformed`. */
export async function replaySteps(bytes: Uint8Array): Promise<Steps> {
  const log = await replayEventLog(bytes);
  const values = new Map<Register, string>();
  const steps: Step[] = [];
  for (const [index, event] of log.events.entries()) {
    const { register, digest } = event;
    if (register === null) {
      steps.push({ index, event, value: null });
      continue;
    }
    const joined = fromHex((values.get(register) ?? '00'.repeat(48)) + digest) as Uint8Array<ArrayBuffer>;
    const value = toHex(new Uint8Array(await crypto.subtle.digest('SHA-384', joined)));
    values.set(register, value);
    steps.push({ index, event, value });
  }
  return { log, steps };
}
