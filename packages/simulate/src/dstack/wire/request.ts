import { fromUtf8, parseJsonObject } from '@assay/verify/codec';
import { readBody } from '../../read-body.ts';
import type { Release } from '../release.ts';
import { RpcError } from '../rpc-error.ts';
import { type Fields, jsonFields, queryFields } from './fields.ts';

/** The longest body that a guest agent reads, in bytes. */
export const MAX_BODY = 10 * 1024 * 1024;

/** What a release's agent says to a longer one. */
export function tooLargeError(release: Release): RpcError {
  return new RpcError('payload too large', release.reaches('0.6.0') ? 413 : 400);
}

/** Values of `json` in the query by which a client of another content type asks for JSON. */
const JSON_WISHES: readonly (string | null)[] = ['', '1', 'true'];

/**
 * Reads the fields of a request: of GET from its query, of POST from JSON, where an empty body has all defaults.
 * Throws what the agent answers; Protocol Buffers, which agents speak in any other content type, are not spoken here.
 */
export async function readFields(request: Request, query: URLSearchParams, tooLarge: RpcError): Promise<Fields> {
  if (request.method === 'GET') return queryFields(query);
  const body = await readBody(request, MAX_BODY);
  if (body === undefined) throw tooLarge;
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type) && !JSON_WISHES.includes(query.get('json'))) {
    throw new RpcError(
      'this simulator speaks JSON only, no protobuf: send `content-type: application/json`, or ask with `?json`',
    );
  }
  return jsonFields(body.length === 0 ? {} : parseJsonObject(fromUtf8(body, 'request'), 'request'));
}
