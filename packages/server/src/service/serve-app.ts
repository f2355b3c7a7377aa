import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import type { Env, Hono, MiddlewareHandler, Schema } from 'hono';
import type { DestinationStream } from 'pino';
import { Problem, problemResponse } from '../problem/problem.ts';
import { type Connections, trackConnections } from './connections.ts';
import { failureOf } from './failure.ts';
import { type RateLimit, SERVICE_LIMITS, SERVICE_RATE, type ServiceLimits } from './limits.ts';
import { listenAt, type ServicePlace } from './listen.ts';
import type { ServiceMetrics } from './metrics.ts';
import { answerLast, refusalOf, refuseConnection } from './refusal.ts';
import { createLog } from './request-log.ts';
import { createService } from './service.ts';

/** Runs something once after a time in milliseconds; calling what it returns calls it off. */
export type Timer = (act: () => void, milliseconds: number) => () => void;

/** PEM: the private key, and the certificate with its chain. */
export interface TlsMaterial {
  readonly key: string;
  readonly certificate: string;
}

/** How TLS begins, and how it goes on. */
export interface TlsOptions extends TlsMaterial {
  /** Is given what serves another key and certificate to new connections; those that are open stay. */
  readonly renewals?: ((serve: (next: TlsMaterial) => void) => void) | undefined;
}

/** How an app is served. */
export interface ServeOptions {
  readonly place: ServicePlace;
  readonly tls?: TlsOptions;
  /** Where the log's JSON lines go. */
  readonly log: DestinationStream;
  readonly limits?: Partial<ServiceLimits>;
  readonly rate?: RateLimit;
  readonly metrics?: ServiceMetrics;
  readonly now?: () => Date;
  readonly newRequestId?: () => string;
  readonly timer?: Timer;
  /** Stands before rate and limits: for what refusals carry, too, such as the headers of CORS. */
  readonly outer?: MiddlewareHandler | undefined;
}

/** A service that is reachable until it is closed. */
export interface ServedApp extends AsyncDisposable {
  /** `http://HOST:PORT` or `https://HOST:PORT`; or the path of the Unix socket. */
  readonly address: string;
  /** Stops accepting, lets requests under way finish for `closeMs`, then breaks them off. */
  close(): Promise<void>;
}

/** Serves an app with limits, log, request ids and problems. Rejects when its place is taken. */
export async function serveApp<E extends Env, S extends Schema, P extends string>(
  app: Hono<E, S, P>,
  options: ServeOptions,
): Promise<ServedApp> {
  const {
    place,
    tls,
    metrics,
    outer,
    rate = SERVICE_RATE,
    now = () => new Date(),
    newRequestId = randomUUID,
  } = options;
  const limits: ServiceLimits = { ...SERVICE_LIMITS, ...options.limits };
  const log = createLog(options.log, now);
  const service = createService(app, { log, limits, rate, metrics, now, newRequestId, outer });
  const refusedAs = ({ code }: Problem): string => {
    const requestId = newRequestId();
    log.info({ requestId, code }, 'connection refused');
    metrics?.refused(code);
    return requestId;
  };
  const answer = getRequestListener((request, env) => service.fetch(request, env), {
    errorHandler: (error) => {
      const problem = failureOf(error);
      const requestId = refusedAs(problem);
      const refusal = problemResponse(problem, requestId);
      refusal.headers.set('x-request-id', requestId);
      refusal.headers.set('x-content-type-options', 'nosniff');
      return refusal;
    },
  });

  const server = newServer(limits, tls);
  const connections = trackConnections(
    server,
    tls === undefined ? 'connection' : 'secureConnection',
    limits,
    (change) => metrics?.connection(change),
  );
  const listener: RequestListener = (request, response) => {
    const verdict = connections.admit({ request, response });
    if (verdict === 'ignore') return;
    const problem = verdict === 'refuse' ? tooManyAtOnce(limits) : headerProblem(request, limits);
    if (problem === undefined) void answer(request, response);
    else void answerLast(response, problem, refusedAs(problem));
  };
  server.on('request', listener);
  server.on('checkExpectation', listener);
  const refuse = (socket: Socket, problem: Problem): void =>
    void refuseConnection(socket, problem, refusedAs(problem), connections.underWay(socket));
  // Node would end the connection without a word.
  server.on('connect', ({ socket }) =>
    refuse(socket, new Problem('bad_request', 'Nothing is reached by CONNECT here.')),
  );
  server.on('clientError', (error: Error, stream) => {
    const socket = stream as Socket;
    const problem = refusalOf(error);
    if (problem === undefined || !socket.writable) socket.destroy();
    else refuse(socket, problem);
  });

  const at = await listenAt(server, place);
  const scheme = tls === undefined ? 'http' : 'https';
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeServer(server, connections, limits.closeMs, options.timer ?? systemTimer);
    return closed;
  };
  return { address: 'socket' in place ? at : `${scheme}://${at}`, close, [Symbol.asyncDispose]: close };
}

function newServer(limits: ServiceLimits, tls: ServeOptions['tls']): Server {
  const common = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    // Node would refuse in its own form.
    requireHostHeader: false,
  };
  const server: Server =
    tls === undefined
      ? createServer(common)
      : newTlsServer({ ...common, handshakeTimeout: limits.tlsHandshakeMs }, tls);
  // Node drops headers beyond its own count in silence: they are all read here, and counted.
  server.maxHeadersCount = 0;
  server.timeout = limits.silenceMs;
  return server;
}

function newTlsServer(common: TlsServerOptions, { renewals, ...first }: TlsOptions): Server {
  const contextOf = ({ key, certificate }: TlsMaterial): SecureContextOptions => {
    return { key, cert: certificate, minVersion: 'TLSv1.2' };
  };
  const server = createTlsServer({ ...common, ...contextOf(first) });
  renewals?.((next) => server.setSecureContext(contextOf(next)));
  return server;
}

function headerProblem({ rawHeaders, headers }: IncomingMessage, { headerCount }: ServiceLimits): Problem | undefined {
  const count = rawHeaders.length / 2;
  if (count > headerCount) {
    return new Problem('header_too_large', `A request has at most ${headerCount} headers here, not ${count}.`);
  }
  if (headers.host === undefined) return new Problem('bad_request', 'The header `host` is missing.', { field: 'host' });
  return undefined;
}

function tooManyAtOnce({ pipelined }: ServiceLimits): Problem {
  return new Problem('too_many_requests', `A connection has at most ${pipelined} requests under way; await answers.`);
}

/** The event loop's own. */
export const systemTimer: Timer = (act, milliseconds) => {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
};

async function closeServer(server: Server, connections: Connections, closeMs: number, timer: Timer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const callOff = timer(connections.cut, closeMs);
  // A server that is closed already is as good as one that closes now.
  server.close(() => resolve());
  connections.drain();
  await promise;
  callOff();
}
