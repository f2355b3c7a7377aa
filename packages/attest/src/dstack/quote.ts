import { type JsonObject, toHex, utf8 } from '@assay/verify/codec';
import { readAnswer } from './answer.ts';
import type { Session } from './connection.ts';
import { MAX_LARGE_ANSWER } from './rpc.ts';

/** A quote with the event log that explains its registers. */
export interface LoggedQuote {
  readonly quote: Uint8Array;
  /** The log's JSON text; undefined where the agent has none. */
  readonly eventLog: Uint8Array | undefined;
}

/** The largest quote that an envelope carries. */
const MAX_QUOTE = 1_048_576;

/**
 * Asks for a TDX quote with 64 bytes of report data. An agent that serves version 1 is asked by the unversioned API too,
 * where quotes have their own form. Throws `unavailable`.
 */
export async function askQuote({ agent, ask }: Session, reportData: Uint8Array): Promise<LoggedQuote> {
  // Not Tappd's TdxQuote, which hashes what it is given.
  const path = agent.api === 'tappd' ? '/prpc/Tappd.RawQuote' : '/GetQuote';
  const request: JsonObject = { report_data: toHex(reportData) };
  const how = { maxBytes: MAX_LARGE_ANSWER, repeatable: true };
  const answer = readAnswer(`${agent.shown}: ${path}`, await ask(path, request, how));
  const eventLog = answer.text('event_log');
  return { quote: answer.hex('quote', { max: MAX_QUOTE }), eventLog: eventLog === '' ? undefined : utf8(eventLog) };
}
