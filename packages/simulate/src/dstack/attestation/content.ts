import type { TdEvent } from '../event.ts';

/** What a TDX guest's versioned attestation holds. The runtime events are those of the log: there is no second list. */
export interface AttestationContent {
  readonly quote: Uint8Array;
  readonly events: readonly TdEvent[];
  /** The 64 bytes in the quote. */
  readonly reportData: Uint8Array;
  /** `vm_config`, a JSON document. */
  readonly config: string;
}

/** The events that dstack measures itself: attestations repeat them. */
export function runtimeEvents(events: readonly TdEvent[]): readonly TdEvent[] {
  return events.filter(({ register }) => register === 3);
}
