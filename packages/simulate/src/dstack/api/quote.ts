import type { JsonObject } from '@assay/verify/codec';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Api, encodeAttestation } from '../attestation/attestation.ts';
import { entryOf, type TdEvent } from '../event.ts';
import { attestGuest, type Guest } from '../guest.ts';

/** `GetQuoteResponse` with 64 bytes of report data. */
export async function quoteAnswer(guest: Guest, reportData: Uint8Array): Promise<JsonObject> {
  const evidence = await attestGuest(guest, reportData);
  return {
    quote: bytesToHex(evidence.quote),
    event_log: logText(evidence.events),
    report_data: bytesToHex(reportData),
    vm_config: evidence.config,
    ...(guest.release.reaches('0.5.7') && { attestation: bytesToHex(encodeAttestation('v0', evidence)) }),
  };
}

/** `AttestResponse` with 64 bytes of report data. */
export async function attestAnswer(guest: Guest, api: Api, reportData: Uint8Array): Promise<JsonObject> {
  return { attestation: bytesToHex(encodeAttestation(api, await attestGuest(guest, reportData))) };
}

/** A log as text: entries of RTMR3 with digest and payload, of which each client reads another one. */
export function logText(events: readonly TdEvent[]): string {
  return JSON.stringify(events.map(entryOf));
}
