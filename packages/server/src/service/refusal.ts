import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, problemResponse } from '../problem/problem.ts';
import type { Exchange } from './connections.ts';

/** How long a peer may take to read why it was refused, in milliseconds. */
const LINGER_MS = 1_000;

/** Why a connection is refused that has no request to answer; undefined when the peer just went away. */
export function refusalOf(error: Error & { readonly code?: string }): Problem | undefined {
  const code = error.code ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem('header_too_large', 'The header is too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('request_timeout', 'The request came too slowly.');
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') {
    return new Problem('body_too_large', 'The extensions of a chunk are too large.');
  }
  if (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE') {
    return new Problem('bad_request', 'This is not a request of HTTP/1.1.');
  }
  return undefined;
}

/** Answers a request in place of the app, as the last thing on its connection. */
export async function answerLast(response: ServerResponse, problem: Problem, requestId: string): Promise<void> {
  const answer = problemResponse(problem, requestId);
  const body = await answer.text();
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...lastHeaders(body, requestId) });
  response.end(body);
}

/**
 * Says on the bare connection why it ends. Says nothing when a request before the one at fault waits for its answer:
 * its sender would take this for it.
 */
export async function refuseConnection(
  socket: Socket,
  problem: Problem,
  requestId: string,
  underWay: readonly Exchange[],
): Promise<void> {
  const answer = problemResponse(problem, requestId);
  const body = await answer.text();
  if (!socket.writable || underWay.some(({ request, response }) => request.complete || response.headersSent)) {
    socket.destroy();
    return;
  }
  const headers = [...answer.headers, ...Object.entries(lastHeaders(body, requestId))].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.end(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${headers.join('')}\r\n${body}`);
}

function lastHeaders(body: string, requestId: string): Readonly<Record<string, string>> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'content-length': `${Buffer.byteLength(body)}`,
    connection: 'close',
  };
}
