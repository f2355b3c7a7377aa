import http from 'node:http';
import https from 'node:https';
import { unavailable, usage } from '../failure.ts';
import type { Endpoint } from './endpoint.ts';
import { explainTrouble, type Remedies } from './trouble.ts';

/** One request of a service nearby. */
export interface HttpRequest {
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST';
  /** Path and query, below the path of the endpoint's address. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text goes as UTF-8. */
  readonly body?: string | Uint8Array | undefined;
  /** The longest answer that is read. */
  readonly maxBytes: number;
  /** Every request ends: at a deadline (`within`), or when the caller calls it off. */
  readonly signal: AbortSignal;
  /** What to do about a trouble of this service, by the name of the system error; there are general ones. */
  readonly remedies?: Remedies | undefined;
}

/** An answer of whatever status, redirections included: nothing is followed. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; of names that come more than once, as `node:http` joins them. */
  readonly headers: Readonly<http.IncomingHttpHeaders>;
  readonly body: Uint8Array;
}

/** Of all headers of an answer, in bytes. */
const MAX_HEADERS = 16_384;

/**
 * Asks once, over a connection of its own, without proxies. Throws `unavailable` for troubles on the way, with the
 * system's error as `cause`; the signal's reason when that aborts; `usage` for a path or header that HTTP cannot carry.
 */
export async function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const { endpoint, maxBytes, signal, remedies } = request;
  signal.throwIfAborted();
  const body = Buffer.from(request.body ?? '');
  try {
    const response = await send(request, body);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await collect(response, maxBytes, endpoint.shown),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw explainTrouble(error, endpoint.shown, remedies);
  }
}

function send(
  { endpoint, method, path, headers, body, signal }: HttpRequest,
  bytes: Buffer,
): Promise<http.IncomingMessage> {
  const options = {
    method,
    signal,
    // A connection of its own: none is left over that the service closed meanwhile.
    agent: false,
    maxHeaderSize: MAX_HEADERS,
    headers: { ...headers, ...(body !== undefined && { 'content-length': String(bytes.length) }) },
  };
  return new Promise((resolve, reject) => {
    const sent = start(endpoint, path, options);
    sent.once('response', resolve);
    // It stays: a connection can break more than once, and later errors are the answer's to tell.
    sent.on('error', reject);
    // Without an answer and without an error: the service changed to another protocol, which nobody asked for.
    sent.once('close', () => reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' })));
    sent.end(bytes);
  });
}

function start(endpoint: Endpoint, path: string, options: http.RequestOptions): http.ClientRequest {
  try {
    if (endpoint.kind === 'socket')
      return http.request({ ...options, socketPath: endpoint.path, path, host: 'localhost' });
    const { url } = endpoint;
    const below = url.pathname.replace(/\/$/, '') + path;
    // What the environment says of certificates does not count.
    if (url.protocol === 'https:') return https.request(url, { ...options, path: below, rejectUnauthorized: true });
    return http.request(url, { ...options, path: below });
  } catch (error) {
    // Node names the header, and never repeats what is in it.
    throw usage(`the request of ${endpoint.shown}: ${error instanceof Error ? error.message : 'invalid'}`, 'request');
  }
}

async function collect(response: http.IncomingMessage, maxBytes: number, shown: string): Promise<Uint8Array> {
  const tooLong = (): Error =>
    unavailable(`${shown}: the answer is longer than ${maxBytes} bytes`, 'see whether that is the right service');
  try {
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLong();
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLong();
      chunks.push(chunk);
    }
    return new Uint8Array(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}
