import http from 'node:http';
import https from 'node:https';
import { AssayError } from '@assay/verify';

/** Where the guest agent is. */
export type Upstream = { readonly socket: string } | { readonly url: URL };

/** A request of the guest agent. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The longest answer that is read, in bytes. */
  readonly maxAnswer: number;
  readonly signal: AbortSignal;
}

/** What the guest agent answered, whole. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The longest path of a Unix socket on Linux, in bytes. */
const MAX_SOCKET_PATH = 107;
/** Of all headers of an answer together, in bytes. */
const MAX_HEADERS = 16_384;

/** Reads a socket's path, `unix:PATH`, `http://…` or `https://…`. Throws `usage`, and never repeats an address. */
export function parseUpstream(text: string): Upstream {
  const socket = /^(?:unix:(?:\/\/)?)?(\/.*)$/s.exec(text)?.[1];
  if (socket !== undefined) {
    if (Buffer.byteLength(socket) <= MAX_SOCKET_PATH && !socket.includes('\0')) return { socket };
    throw wrong(`the path of a socket has at most ${MAX_SOCKET_PATH} bytes, and no NUL`);
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw wrong('expected the path of a Unix socket, or an address that starts with http:// or https://');
  if (url.username + url.password + url.search + url.hash !== '')
    throw wrong('expected an address without user, password, query and fragment');
  return { url };
}

/**
 * Asks once, over a connection of its own. Follows nothing. Rejects with the system's error, with `RangeError` when the
 * answer is too long, with the signal's reason when that aborts.
 */
export async function askUpstream(upstream: Upstream, request: UpstreamRequest): Promise<UpstreamAnswer> {
  try {
    const response = await send(upstream, request);
    const body = await collect(response, request.maxAnswer);
    return { status: response.statusCode ?? 0, contentType: response.headers['content-type'], body };
  } catch (error) {
    throw request.signal.aborted ? request.signal.reason : error;
  }
}

function send(upstream: Upstream, { method, path, headers, body, signal }: UpstreamRequest) {
  const options = {
    method,
    signal,
    agent: false,
    maxHeaderSize: MAX_HEADERS,
    // Of GET, too: a body whose length is not said would be read as the next request.
    headers: { ...headers, 'content-length': String(body.length) },
  };
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    const sent = start(upstream, path, options);
    sent.once('response', resolve);
    sent.on('error', reject);
    // Without an answer and without an error: the agent changed to another protocol, which nobody asked for.
    sent.once('close', () => reject(new Error('closed without an answer')));
    sent.end(body);
  });
}

function start(upstream: Upstream, path: string, options: http.RequestOptions): http.ClientRequest {
  if ('socket' in upstream) return http.request({ ...options, socketPath: upstream.socket, path, host: 'localhost' });
  const below = upstream.url.pathname.replace(/\/$/, '') + path;
  if (upstream.url.protocol === 'http:') return http.request(upstream.url, { ...options, path: below });
  // What the environment says of certificates does not count.
  return https.request(upstream.url, { ...options, path: below, rejectUnauthorized: true });
}

async function collect(response: http.IncomingMessage, maxAnswer: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxAnswer) throw new RangeError(`longer than ${maxAnswer} bytes`);
      chunks.push(chunk);
    }
    return Uint8Array.from(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}

function wrong(why: string): AssayError {
  return new AssayError('usage', `upstream: ${why}`, { field: 'upstream' });
}
