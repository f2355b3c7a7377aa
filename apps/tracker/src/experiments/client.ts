import { AssayError } from '@assay/verify';
import { asObject, fromBase64, fromUtf8, type JsonObject, parseJson } from '@assay/verify/codec';

/** Calls of a tracker. Whatever is not answered with success fails the run: a refusal is no throughput. */
export type Call = (path: string, body: JsonObject) => Promise<JsonObject>;

/** Posts JSON to a tracker of this machine. Throws `unavailable`, with what was answered. */
export function createCall(address: string): Call {
  return async (path, body) => {
    const response = await fetch(new URL(path, address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = fromUtf8(new Uint8Array(await response.arrayBuffer()), 'answer');
    const answer = asObject(parseJson(text), 'answer');
    if (response.status === 200 && answer.success === true) return answer;
    throw failed(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
  };
}

/** A member that is base64. Throws `unavailable` for any other. */
export function bytesOf(answer: JsonObject, field: string): Uint8Array {
  return fromBase64(textOf(answer, field), field);
}

/** A member that is text. Throws `unavailable` for any other. */
export function textOf(answer: JsonObject, field: string): string {
  const { [field]: value } = answer;
  if (typeof value === 'string') return value;
  throw failed(`an answer without ${field}`);
}

/** A request that did not do what it was to do. */
export function failed(message: string): AssayError {
  return new AssayError('unavailable', `experiments: ${message}; the run is void`);
}
