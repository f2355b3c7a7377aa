import { concatBytes, fromUtf8, type JsonObject, parseJsonObject } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';

/** Longer bodies hold nothing that the proxy reads: 16 keys have 2 KiB. */
export const MAX_BODY = 8192;

/**
 * The JSON object of a body, empty for an empty body. Throws a `Problem` for a body that is too long or of another type
 * (a page of another origin cannot send JSON unasked), `malformed` for one that is no JSON object, and for members beyond
 * `known`.
 */
export async function readBody(request: Request, known: readonly string[]): Promise<JsonObject> {
  const bytes = await bounded(request);
  if (bytes.length === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type))
    throw new Problem('unsupported_media_type', 'content-type: expected application/json', { field: 'content-type' });
  const object = parseJsonObject(fromUtf8(bytes, 'body'), 'body');
  requireKnown(Object.keys(object), known, 'member');
  return object;
}

/** The parameters of the query, each at most once. Throws a `Problem` for others than `known`. */
export function readQuery(url: string, known: readonly string[]): Readonly<Record<string, string>> {
  const { searchParams } = new URL(url);
  requireKnown([...searchParams.keys()], known, 'parameter');
  for (const name of known)
    if (searchParams.getAll(name).length > 1)
      throw new Problem('bad_request', `${name}: expected once in the query`, { field: name });
  return Object.fromEntries(searchParams);
}

function requireKnown(names: readonly string[], known: readonly string[], what: string): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const field = unknown.slice(0, 40);
  throw new Problem('bad_request', `${JSON.stringify(field)}: unknown ${what}; known here: ${known.join(', ')}`, {
    field,
  });
}

async function bounded({ body, headers }: Request): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY) throw tooLarge();
  if (body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels what is still to come.
  for await (const part of body) {
    length += part.length;
    if (length > MAX_BODY) throw tooLarge();
    parts.push(part);
  }
  return concatBytes(...parts);
}

function tooLarge(): Problem {
  return new Problem('body_too_large', `body: longer than ${MAX_BODY} bytes`, { field: 'body' });
}
