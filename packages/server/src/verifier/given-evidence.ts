import { AssayError, type Evidence, type Tee } from '@assay/verify';
import { asObject, fromHex, type Json, type JsonObject, utf8 } from '@assay/verify/codec';
import { readEnvelope } from '@assay/verify/evidence';
import { parseDstackAttestation, recognise, unwrap } from '@assay/verify/recognise';

/** Evidence as it came, or why what it is wrapped in cannot be read. */
export type GivenEvidence = Evidence | { readonly malformed: string };

/**
 * Evidence of a request: `assay.evidence/1` or a guest agent's reply (`quote`, `event_log`) in place, or text: a token,
 * PEM, or base64 or hexadecimal of anything that `recognise` knows. What is broken is evidence all the same, and gets a
 * verdict that says so.
 */
export function givenEvidence(value: Json, tees: readonly Tee[]): Promise<GivenEvidence> {
  return attempted(async () => {
    if (typeof value === 'string') return recognised(utf8(value), tees);
    const object = asObject(value, 'evidence');
    return typeof object.quote === 'string' ? recognised(utf8(JSON.stringify(object)), tees) : readEnvelope(object);
  });
}

/** Evidence in the words of dstack-verifier: a versioned attestation, or a quote with its event log. */
export function dstackEvidence(request: JsonObject, tees: readonly Tee[]): Promise<GivenEvidence> {
  const { attestation, quote, event_log: log = request.eventLog ?? null } = request;
  if (typeof attestation === 'string') {
    return attempted(async () => parseDstackAttestation(fromHex(attestation.replace(/^0x/i, ''), 'attestation')));
  }
  return attempted(async () => {
    if (typeof quote !== 'string') throw new AssayError('malformed', 'quote: expected hexadecimal or base64');
    const { evidence } = await recognised(utf8(quote), tees);
    return { evidence, ...(log && { eventLog: utf8(typeof log === 'string' ? log : JSON.stringify(log)) }) };
  });
}

async function recognised(bytes: Uint8Array, tees: readonly Tee[]): Promise<Evidence> {
  const found = recognise(bytes, tees);
  if (found === undefined || !isEvidence(found)) {
    throw new AssayError('malformed', 'evidence: no quote, report, token, or anything that such evidence comes in');
  }
  return (await unwrap(found)).evidence;
}

type Found = NonNullable<ReturnType<typeof recognise>>;

function isEvidence(found: Found): found is Exclude<Found, { readonly kind: 'event-log' | 'certificates' | 'json' }> {
  return found.kind !== 'event-log' && found.kind !== 'certificates' && found.kind !== 'json';
}

async function attempted(read: () => Promise<Evidence>): Promise<GivenEvidence> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return { malformed: error.message };
    throw error;
  }
}
