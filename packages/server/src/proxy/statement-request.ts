import type { StatementRequest } from '@assay/attest';
import type { Json, JsonObject } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';
import { readBody, readQuery } from './body.ts';

/** What a caller asks to be stated; ranges are the statement's own to check. */
export type AskedStatement = Pick<StatementRequest, 'nonce' | 'aud' | 'keys'>;

/** Reads `?nonce=&aud=` and, of a POST, `{nonce, aud, keys}`; each in one place only. Throws a `Problem` with the field. */
export async function readStatementRequest(request: Request): Promise<AskedStatement> {
  const query = readQuery(request.url, ['nonce', 'aud']);
  const body = request.method === 'POST' ? await readBody(request, ['nonce', 'aud', 'keys']) : {};
  return { nonce: textIn('nonce', query, body), aud: textIn('aud', query, body), keys: readKeys(body.keys) };
}

function textIn(name: 'nonce' | 'aud', query: Readonly<Record<string, string>>, body: JsonObject): string | null {
  const [asked, posted] = [query[name], body[name]];
  if (asked !== undefined && posted !== undefined) throw wrong(name, 'the query or the body, not both');
  const value = asked ?? posted ?? null;
  if (value !== null && typeof value !== 'string') throw wrong(name, 'text');
  return value;
}

function readKeys(value: Json | undefined): AskedStatement['keys'] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong('keys', 'an array of {use, spkiSha256}');
  return value.map((key: Json, index) => {
    const { use, spkiSha256, ...others } = isObject(key) ? key : {};
    if (typeof use !== 'string' || typeof spkiSha256 !== 'string' || Object.keys(others).length > 0)
      throw wrong(`keys[${index}]`, 'exactly {use, spkiSha256}, both text');
    return { use, spkiSha256 };
  });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(field: string, expected: string): Problem {
  return new Problem('bad_request', `${field}: expected ${expected}`, { field });
}
