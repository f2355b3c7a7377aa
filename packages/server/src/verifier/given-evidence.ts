import { AssayError, type Evidence, type Tee } from '@assay/verify';
import { asObject, fromBase64, fromHex, type Json, type JsonObject, utf8 } from '@assay/verify/codec';
import { readEnvelope } from '@assay/verify/evidence';

/** Evidence as it came, or why what it is wrapped in cannot be read. */
export type GivenEvidence = Evidence | { readonly malformed: string };

/**
 * Evidence of a request: `assay.evidence/1`, a guest agent's reply (`quote`, `event_log`), a token, or a quote or report
 * in base64 or hexadecimal. What is broken is evidence all the same, and gets a verdict that says so.
 */
export function givenEvidence(value: Json, tees: readonly Tee[]): GivenEvidence {
  try {
    return typeof value === 'string' ? { evidence: bytesOf(value, tees) } : ofObject(asObject(value, 'evidence'));
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return { malformed: error.message };
    throw error;
  }
}

function ofObject(object: JsonObject): Evidence {
  if (typeof object.quote !== 'string') return readEnvelope(object);
  const evidence = fromHex(object.quote.replace(/^0x/i, ''), 'evidence.quote');
  // Logs are read out of replies, too.
  return { evidence, ...(object.event_log !== undefined && { eventLog: utf8(JSON.stringify(object)) }) };
}

/** A token is text of three parts; text that could be both hexadecimal and base64 is what a TEE recognises. */
function bytesOf(text: string, tees: readonly Tee[]): Uint8Array {
  if (text.includes('.')) return utf8(text);
  const hex = /^(?:0x)?((?:[0-9a-f]{2})+)$/i.exec(text)?.[1];
  if (hex !== undefined) {
    const bytes = fromHex(hex, 'evidence');
    if (tees.some((tee) => tee.recognises(bytes))) return bytes;
  }
  return fromBase64(text, 'evidence');
}
