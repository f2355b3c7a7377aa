import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from '../listen.ts';

/** How requests are read, and who is told what goes wrong with them. */
export interface ExchangeOptions {
  readonly maxBody: number;
  readonly tooLarge: ((request: Request) => Response) | undefined;
  readonly onError: (error: unknown) => void;
}

/** Answers Node's requests with a handler: the whole body first, then the handler, then its whole answer. */
export function answerWith(
  handler: Handler,
  options: ExchangeOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  return (incoming, outgoing) => {
    const broken = new AbortController();
    outgoing.once('close', () => broken.abort(new Error('the client broke the request off')));
    exchange(incoming, outgoing, { ...options, handler, signal: broken.signal }).catch((error: unknown) => {
      // What a handler says when its client has left is no news.
      if (!broken.signal.aborted) options.onError(error);
      outgoing.destroy();
    });
  };
}

interface Exchange extends ExchangeOptions {
  readonly handler: Handler;
  readonly signal: AbortSignal;
}

async function exchange(incoming: IncomingMessage, outgoing: ServerResponse, context: Exchange): Promise<void> {
  const { handler, maxBody, tooLarge, signal } = context;
  const url = urlOf(incoming.url ?? '');
  if (url === undefined) return send(incoming, outgoing, new Response(null, { status: 400 }));
  const { method = '' } = incoming;
  // The Fetch standard knows no request with this one.
  if (method === 'TRACE') return send(incoming, outgoing, new Response(null, { status: 405 }));
  const body = await bodyOf(incoming, maxBody, signal);
  const bare = { method, headers: headersOf(incoming), signal };
  if (body === undefined) {
    const answer = tooLarge?.(new Request(url, bare)) ?? new Response(null, { status: 413 });
    return send(incoming, outgoing, answer);
  }
  const withBody = body.length > 0 && method !== 'GET' && method !== 'HEAD';
  const request = new Request(url, withBody ? { ...bare, body } : bare);
  return send(incoming, outgoing, await handler(request));
}

/**
 * The address with exactly the path that was asked for. Undefined where a URL cannot have it, such as with `..`, which
 * it would resolve: a handler would see another request than the one that was sent.
 */
function urlOf(target: string): URL | undefined {
  const url = URL.parse(target.startsWith('/') ? `http://localhost${target}` : target);
  if (url?.protocol !== 'http:' || url.hash !== '') return undefined;
  const [path = ''] = target.replace(/^http:\/\/[^/?]*/i, '').split('?', 1);
  return (path || '/') === url.pathname ? url : undefined;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return headers;
}

/** A body that is too long is still read up to this many times the limit: a client that still sends hears no refusal. */
const PATIENCE = 8;

/** The whole body; undefined when it is longer than allowed. Rejects when the client breaks off. */
async function bodyOf(
  incoming: IncomingMessage,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (Number(incoming.headers['content-length']) > limit * PATIENCE) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limit * PATIENCE) {
        incoming.pause();
        resolve(undefined);
      }
    });
    incoming.once('end', () => resolve(size > limit ? undefined : Uint8Array.from(Buffer.concat(chunks))));
    incoming.once('error', reject);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function send(incoming: IncomingMessage, outgoing: ServerResponse, response: Response): Promise<void> {
  const { chunks, failure } = await partsOf(response);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (failure !== undefined && !response.headers.has('content-length')) throw failure;
  outgoing.statusCode = response.status;
  if (response.statusText !== '') outgoing.statusMessage = response.statusText;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  const bodiless = incoming.method === 'HEAD' || response.status === 204 || response.status === 304;
  if (failure === undefined && !bodiless) outgoing.setHeader('content-length', size);
  // What the client still sends of this request would be read as its next.
  if (!incoming.complete) outgoing.setHeader('connection', 'close');
  if (failure !== undefined) {
    await new Promise((resolve) => void outgoing.write(Buffer.concat(chunks), resolve));
    throw failure;
  }
  outgoing.end(Buffer.concat(chunks));
}

/** All that a body has, and why it broke off, if it did. */
async function partsOf({ body }: Response): Promise<{ readonly chunks: Uint8Array[]; readonly failure?: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body ?? []) chunks.push(chunk as Uint8Array);
    return { chunks };
  } catch (failure) {
    return { chunks, failure };
  }
}
