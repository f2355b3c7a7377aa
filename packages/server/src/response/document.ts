import { asObject, fromBase64, type Json, parseJsonObject, toBase64 } from '@assay/verify/codec';
import { type Envelope, envelopeJson, parseEnvelope } from '@assay/verify/evidence';
import { malformed } from './malformed.ts';

/** An answer with the evidence of its statement, as `assay.response/1` carries it. Nothing in it is trusted before it is verified. */
export interface AnswerDocument {
  /** The answer's own status: 200 to 299 or 400 to 499. */
  readonly status: number;
  /** The answer's `content-type`; empty when it had none. */
  readonly contentType: string;
  /** The answer's exact bytes. */
  readonly body: Uint8Array;
  readonly attestation: Envelope;
}

/** The longest `content-type`, in characters. */
export const MAX_CONTENT_TYPE = 1024;

const MEMBERS = ['schema', 'status', 'contentType', 'body', 'attestation'];

/** Parses `assay.response/1`: exactly its members, each in its range. Throws `malformed`, naming the member. */
export function parseAnswer(text: string): AnswerDocument {
  const object = parseJsonObject(text, 'answer');
  if (object.schema !== 'assay.response/1')
    throw malformed('answer.schema', 'assay.response/1, which only an answer to a request with attest=true has');
  for (const name of MEMBERS) if (!Object.hasOwn(object, name)) throw malformed(`answer.${name}`, 'this member');
  const unknown = Object.keys(object).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) throw malformed('answer', `no member ${JSON.stringify(unknown.slice(0, 40))}`);
  const { status, contentType, body, attestation } = object;
  if (typeof contentType !== 'string' || contentType.length > MAX_CONTENT_TYPE)
    throw malformed('answer.contentType', `text of at most ${MAX_CONTENT_TYPE} characters`);
  if (typeof body !== 'string') throw malformed('answer.body', 'base64');
  return {
    status: statusOf(status),
    contentType,
    body: fromBase64(body, 'answer.body'),
    // The text passed the strict parser, so that it says the same when written again.
    attestation: parseEnvelope(JSON.stringify(asObject(attestation, 'answer.attestation'))),
  };
}

/** `assay.response/1` as text. */
export function serialiseAnswer({ status, contentType, body, attestation }: AnswerDocument): string {
  const schema = 'assay.response/1';
  return JSON.stringify({ schema, status, contentType, body: toBase64(body), attestation: envelopeJson(attestation) });
}

/** Whether answers of this status are attested. A part, a redirection and a failure say nothing that a statement could bind. */
export function isAttestable(status: number): boolean {
  return (status >= 200 && status <= 299 && status !== 206) || (status >= 400 && status <= 499);
}

function statusOf(status: Json | undefined): number {
  if (typeof status === 'number' && Number.isSafeInteger(status) && isAttestable(status)) return status;
  throw malformed('answer.status', 'the status of an answer that can be attested');
}
