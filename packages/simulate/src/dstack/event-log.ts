import type { SoftwareTd } from '../software/td.ts';
import { bootLog, measuresAcpi } from './boot-log.ts';
import { entryOf, runtimeEvent, type TdEvent } from './event.ts';
import type { Release } from './release.ts';
import { RpcError } from './rpc-error.ts';

/** Characters of a log as JSON, beyond which verifiers stop reading. */
const MAX_LENGTH = 4_000_000;
const MAX_EVENTS = 16_384;

/** What was measured into the registers of a TD since it started. */
export interface EventLog {
  /**
   * Measures an event into RTMR3 and logs it, both at once: the log has the order in which the register was extended.
   * Throws `RpcError` when the log is full.
   */
  append(name: string, payload: Uint8Array): void;
  /** The log as it is now, as `tcb_info` has it. */
  whole(): readonly TdEvent[];
  /** As it goes with a quote. Since 0.5.6 events of RTMR0 to RTMR2 have lost their payloads, but for ACPI's marker. */
  quoted(): readonly TdEvent[];
}

/** Boots: measures firmware, kernel and command line into the registers of a TD, and starts its log. */
export function createEventLog(td: SoftwareTd, release: Release, version: 1 | 2): EventLog {
  const events: TdEvent[] = [];
  let length = 0;
  const measure = (event: TdEvent): void => {
    const longer = length + JSON.stringify(entryOf(event)).length + 1;
    if (longer > MAX_LENGTH || events.length === MAX_EVENTS) throw new RpcError('event log is full');
    length = longer;
    td.extend(event.register, event.digest);
    events.push(event);
  };
  const acpiNames = release.reaches('0.6.0') ? ['acpi-loader', 'acpi-rsdp', 'acpi-tables'] : ['', '', ''];
  for (const event of bootLog(acpiNames)) measure(event);
  const strips = release.reaches('0.5.6');
  return {
    append: (name, payload) => measure(runtimeEvent(name, Uint8Array.from(payload), version)),
    whole: () => [...events],
    quoted: () => events.map((event) => (strips ? stripped(event) : event)),
  };
}

function stripped(event: TdEvent): TdEvent {
  const keeps = event.register === 3 || measuresAcpi(event);
  return keeps ? event : { ...event, payload: new Uint8Array(0) };
}
