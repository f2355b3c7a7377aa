import { AssayError } from '@assay/verify';
import { type JsonObject, toHex } from '@assay/verify/codec';
import { type LoggedEvent, replayEventLog } from '@assay/verify/event-log';
import type { Findings } from './inspection.ts';

/** What an event log says, and the registers it leads to. */
export async function inspectEventLog(bytes: Uint8Array): Promise<Findings> {
  try {
    const { format, events, registers, extended, mismatches } = await replayEventLog(bytes);
    return {
      title: `${format === 'dstack' ? 'dstack' : 'TCG (CCEL)'} event log, ${events.length} events`,
      problems: mismatches.map(
        ({ event, name, expected, actual }) => `event ${event} ${name}: digest ${actual}, recomputed ${expected}`,
      ),
      content: {
        registers: Object.fromEntries(extended.map((register) => [register, registers[register]])),
        events: events.map(describeEvent),
      },
    };
  } catch (error) {
    if (error instanceof AssayError) return { title: 'Event log', problems: [error.message], content: {} };
    throw error;
  }
}

function describeEvent({ register, typeName, name, payload, text, digest, measured }: LoggedEvent): JsonObject {
  return {
    register,
    type: typeName,
    ...(name !== '' && { name }),
    ...(text === null ? { payload: toHex(payload) } : { text }),
    digest,
    measured,
  };
}
