import { connectAgent, type DstackOptions } from './connection.ts';
import { checkEvent, emit } from './events.ts';
import { askInfo, type DstackInfo } from './info.ts';
import type { GuestAgent } from './probe.ts';

/** A client of a dstack guest agent, for what is neither evidence nor key. */
export interface DstackClient {
  /** Which agent answers, by which API and version. */
  agent(signal?: AbortSignal): Promise<GuestAgent>;
  /** What the agent says of its app; proven only by evidence. */
  info(signal?: AbortSignal): Promise<DstackInfo>;
  /**
   * Extends RTMR3 by an event of the app, for good; dstack 0.5 only. A name must not be one of the boot's. Events of this
   * client are emitted one after the other: agents mix up the log's order with the register's when two come at once.
   */
  emitEvent(event: string, payload: Uint8Array, signal?: AbortSignal): Promise<void>;
}

/**
 * Talks to a dstack guest agent, found as `createDstackAttester` finds it. Each method throws `unavailable` when there
 * is none or it does not do what it was asked, and `usage` for a wrong request.
 *
 * @example
 * await createDstackClient({ environment: process.env }).emitEvent('model', sha256OfModel);
 */
export function createDstackClient(options: DstackOptions = {}): DstackClient {
  const connection = connectAgent(options);
  return {
    agent: (signal) => connection.agent(signal),
    info: (signal) => connection.use('Info', askInfo, signal),
    async emitEvent(event, payload, signal) {
      checkEvent(event, payload);
      const bytes = new Uint8Array(payload);
      const what = 'EmitEvent, which may have measured the event';
      await connection.useInOrder(what, (session) => emit(session, event, bytes), signal);
    },
  };
}
