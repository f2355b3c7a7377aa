import { fromUtf8, type JsonObject, parseJsonObject } from '@assay/verify/codec';
import { expectJson, readBody } from '../attester/body.ts';
import { Problem } from '../problem/problem.ts';

/** The longest body, in bytes: evidence with an event log and endorsements fits well. */
export const VERIFIER_BODY = 2_097_152;

/** The longest policy, in bytes: a page of them is an answer, too. */
export const POLICY_BODY = 262_144;

/** The bytes of a JSON body. Throws a `Problem`. */
export async function jsonBody(request: Request, most = VERIFIER_BODY): Promise<Uint8Array> {
  expectJson(request);
  const length = request.headers.get('content-length');
  // A body of a length that was said has no other, and is read at once.
  if (length !== null && Number(length) <= most) return new Uint8Array(await request.arrayBuffer());
  return readBody(request, most);
}

/** The members of a body. Throws a `Problem` for one that is missing or unknown. */
export function members(body: Uint8Array, required: readonly string[], optional: readonly string[]): JsonObject {
  const object = parseJsonObject(fromUtf8(body, 'body'), 'body');
  for (const name of required) {
    if (!Object.hasOwn(object, name)) throw wrong(name, 'it is missing');
  }
  const known = [...required, ...optional];
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrong(unknown.slice(0, 40), `unknown; the members are ${known.join(', ')}`);
  return object;
}

/** A request that is wrong in one member. */
export function wrong(field: string, what: string): Problem {
  return new Problem('bad_request', `${field}: ${what}`, { field });
}
