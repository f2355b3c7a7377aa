import { concatBytes } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** The bytes of a body of at most `max` bytes. Throws a `Problem` for a longer one, before the rest is read. */
export async function readBody(request: Request, max: number): Promise<Uint8Array> {
  const tooLarge = (): Problem => new Problem('body_too_large', `body: more than ${max} bytes`, { field: 'body' });
  if (Number(request.headers.get('content-length') ?? 0) > max) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > max) throw tooLarge();
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

/** Throws a `Problem` unless the body says that it is JSON in UTF-8, without any coding. */
export function expectJson({ headers }: Request): void {
  const type = headers.get('content-type');
  if (type === null || !JSON_TYPE.test(type))
    throw new Problem('unsupported_media_type', 'content-type: expected application/json', { field: 'content-type' });
  if (headers.has('content-encoding'))
    throw new Problem('unsupported_media_type', 'content-encoding: expected none', { field: 'content-encoding' });
}
