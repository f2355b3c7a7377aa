import { encode } from '@msgpack/msgpack';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { TdEvent } from '../event.ts';
import { type AttestationContent, runtimeEvents } from './content.ts';

/**
 * A versioned attestation of version 1 (MessagePack). As the original's serialiser has it, plain bytes (quote, report
 * data) are lists of numbers, and those in events binary strings.
 */
export function encodeAttestationV1({ quote, events, reportData, config }: AttestationContent): Uint8Array {
  return encode({
    version: 1,
    platform: { kind: 'tdx', data: { quote: [...quote], event_log: events.map(loggedEvent) } },
    stack: {
      kind: 'dstack',
      data: { report_data: [...reportData], runtime_events: runtimeEvents(events).map(repeatedEvent), config },
    },
  });
}

function loggedEvent({ register, type, digest, name, payload, preimage }: TdEvent): object {
  const event = { imr: register, event_type: type, digest, event: name, event_payload: payload };
  return preimage === undefined ? event : { ...event, version: 2, preimage: bytesToHex(preimage) };
}

function repeatedEvent({ name, payload, preimage }: TdEvent): object {
  const event = { event: name, payload };
  return preimage === undefined ? event : { ...event, version: 2 };
}
