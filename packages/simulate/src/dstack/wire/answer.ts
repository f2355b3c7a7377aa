import type { Json } from '@assay/verify/codec';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { RpcError } from '../rpc-error.ts';

/** An answer in JSON. */
export function jsonAnswer(value: Json): Response {
  return answer(200, 'application/json', asciiOf(JSON.stringify(value)));
}

/** A refusal as every method has it: whatever went wrong is a 400, unless the method chose another status. */
export function errorAnswer(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof RpcError ? error.status : 400;
  return answer(status, 'application/json', asciiOf(JSON.stringify({ error: message }, null, 2)));
}

/** Where nothing is mounted, the web server itself answers, in the form that the client prefers. */
export function notFoundPage(request: Request): Response {
  const reason = { code: 404, reason: 'Not Found', description: 'The requested resource could not be found.' };
  if (/^application\/json\b/i.test(request.headers.get('accept') ?? '')) {
    return answer(404, 'application/json', JSON.stringify({ error: reason }, null, 2));
  }
  const { code, reason: title, description } = reason;
  const page = `<!DOCTYPE html>\n<title>${code} ${title}</title>\n<h1>${code}: ${title}</h1>\n<p>${description}</p>\n`;
  return answer(404, 'text/html; charset=utf-8', page);
}

/** A response whose length is said: some clients read no other. */
export function answer(status: number, type: string, body: string): Response {
  const bytes = utf8ToBytes(body);
  return new Response(bytes, { status, headers: { 'content-type': type, 'content-length': String(bytes.length) } });
}

/** JSON without a character beyond ASCII: some clients count characters where they should count bytes. */
function asciiOf(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
