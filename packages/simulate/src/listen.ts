import { chmod } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerWith } from './listen/exchange.ts';
import { clearSocket } from './listen/socket-file.ts';

/** A service: one request in, one answer out. */
export type Handler = (request: Request) => Promise<Response>;

/** A Unix socket, with its permissions if not what the umask leaves; or a port of this machine alone, 0 any free one. */
export type Place =
  | { readonly socket: string; readonly mode?: number }
  | { readonly host?: '127.0.0.1'; readonly port: number };

/** What a client may send and how long it may take; milliseconds and bytes. */
export interface ListenOptions {
  /** Default 1 MiB. */
  readonly maxBody?: number;
  /** Answers a longer body; default 413 without one. */
  readonly tooLarge?: (request: Request) => Response;
  /** Of all headers together; default 16 KiB. */
  readonly maxHeaders?: number;
  readonly maxConnections?: number;
  readonly headersTimeout?: number;
  /** For head and body together. */
  readonly requestTimeout?: number;
  readonly keepAliveTimeout?: number;
  /** Told what a handler threw, before the connection is broken; default a warning of the process. */
  readonly onError?: (error: unknown) => void;
}

/** A service that is reachable until it is closed. */
export interface Listener extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or the path of the socket. */
  readonly address: string;
  /** Stops at once: requests under way are broken off. A socket's file is gone then. */
  close(): Promise<void>;
}

/**
 * Serves HTTP/1.1 on this machine. Every answer has its exact Content-Length and is never chunked: some clients read
 * nothing else. A request that its client breaks off aborts `request.signal`. Throws when the place is taken.
 *
 * @example
 * await using service = await listen(async () => new Response('ok'), { port: 0 });
 */
export async function listen(handler: Handler, place: Place, options: ListenOptions = {}): Promise<Listener> {
  const { maxBody = 1_048_576, tooLarge, onError = warn } = options;
  const { headersTimeout = 10_000, requestTimeout = 30_000, keepAliveTimeout = 10_000 } = options;
  const server = createServer({
    maxHeaderSize: options.maxHeaders ?? 16_384,
    headersTimeout: Math.min(headersTimeout, requestTimeout),
    requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval: Math.min(1000, headersTimeout, requestTimeout),
  });
  server.maxConnections = options.maxConnections ?? 256;
  const exchange = answerWith(handler, { maxBody, tooLarge, onError });
  const answering = new WeakMap<object, ServerResponse>();
  const waiting = new WeakMap<object, number>();
  server.on('request', (incoming, outgoing) => {
    const { socket } = incoming;
    const others = waiting.get(socket) ?? 0;
    // All of them are under way at once: nobody but an attacker sends so many before the first answer.
    if (others >= MAX_PIPELINED) return void socket.destroy();
    waiting.set(socket, others + 1);
    outgoing.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    answering.set(socket, outgoing);
    exchange(incoming, outgoing);
  });
  // Nothing that is asked for beforehand is done; without a listener the answer would be chunked.
  server.on('checkExpectation', (_request, response) => response.writeHead(417, { 'content-length': 0 }).end());
  server.on('connect', (_request, socket) => refuse(socket as Socket, '405 Method Not Allowed'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const outgoing = answering.get(socket);
    // What follows a whole request is a mistake of its length: that request still gets its answer.
    const awaited = outgoing?.req.complete && !outgoing.closed;
    if (!awaited) refuse(socket as Socket, STATUS[error.code ?? ''] ?? '400 Bad Request');
    else outgoing.shouldKeepAlive = false;
  });
  const address = await open(server, place);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { address, close, [Symbol.asyncDispose]: close };
}

/** Requests of one connection that may wait for their answers. */
const MAX_PIPELINED = 64;

/** How Node calls what is wrong with a request. */
const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function refuse(socket: Socket, status: string): void {
  // Half of another answer may be on its way; a second head amid it would be taken for its body.
  if (!socket.writable || socket.bytesWritten > 0) socket.destroy();
  else socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`, () => socket.destroy());
}

async function open(server: Server, place: Place): Promise<string> {
  if ('socket' in place) await clearSocket(place.socket);
  const where = 'socket' in place ? { path: place.socket } : { host: place.host ?? '127.0.0.1', port: place.port };
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(explained(error, place));
    server.once('error', failed);
    server.listen(where, () => {
      server.off('error', failed);
      resolve();
    });
  });
  if (!('socket' in place)) return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (place.mode !== undefined) await chmod(place.socket, place.mode);
  return place.socket;
}

function explained(error: NodeJS.ErrnoException, place: Place): Error {
  const name = 'socket' in place ? place.socket : `127.0.0.1:${place.port}`;
  const why = error.code === 'EADDRINUSE' ? 'another process listens there' : (error.code ?? error.message);
  return new Error(`cannot listen on ${name}: ${why}`, { cause: error });
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
