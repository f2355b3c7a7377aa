import { fromBase64Url } from '../codec/base64.ts';
import { type JsonObject, parseJsonObject } from '../codec/json.ts';
import { fromUtf8 } from '../codec/text.ts';
import { malformed } from '../errors.ts';

/** The longest token that is read, in bytes. Real ones have some 10 kB; environments may add to that. */
export const MAX_TOKEN = 1_048_576;

/** A JWS in compact form (RFC 7515 section 7.1). Nothing in it is trusted yet. */
export interface CompactJws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** What the signature covers: header and payload in base64url, as received. */
  readonly signed: Uint8Array;
  /** Empty where the token says `alg: none`. */
  readonly signature: Uint8Array;
}

/** Parses a compact JWS whose payload is a JSON object; line ends after it are ignored. Throws `malformed`. */
export function parseCompactJws(evidence: Uint8Array): CompactJws {
  if (evidence.length > MAX_TOKEN) throw malformed(`token: ${evidence.length} bytes exceed ${MAX_TOKEN}`);
  // A copy, whatever the caller does with its buffer meanwhile.
  const bytes = new Uint8Array(evidence.subarray(0, endOfText(evidence)));
  const [header, payload, signature, ...rest] = fromUtf8(bytes, 'token').split('.', 4);
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw malformed('token: expected three parts with dots between them');
  }
  return {
    header: part(header, 'header'),
    payload: part(payload, 'payload'),
    signed: bytes.subarray(0, header.length + 1 + payload.length),
    signature: fromBase64Url(signature, 'signature'),
  };
}

function part(text: string, name: string): JsonObject {
  return parseJsonObject(fromUtf8(fromBase64Url(text, name), name), name);
}

/** Files end in a line end; tokens do not. */
function endOfText(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end -= 1;
  return end;
}
