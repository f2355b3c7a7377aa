import { equalBytes } from '@assay/verify/codec';
import { ACPI_MARKER } from '../boot-log.ts';
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

/** The events that attestations repeat as `runtime_events`: those that dstack measures itself. */
export function runtimeEvents(events: readonly TdEvent[]): readonly TdEvent[] {
  return events.filter(({ register }) => register === 3);
}

/** The log as certificates carry it: RTMR3, and the digests of ACPI tables in RTMR0. */
export function strippedEvents(events: readonly TdEvent[]): readonly TdEvent[] {
  return events.filter(({ register, payload }) => register === 3 || equalBytes(payload, ACPI_MARKER));
}
