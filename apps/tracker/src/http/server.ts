import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { failureAnswer } from '../announce/answer.ts';
import { trustIn } from './client-address.ts';
import { limitConnections } from './connections.ts';
import { HTTP_LIMITS, type HttpLimits } from './limits.ts';
import { createTrackerListener, type ListenerOptions } from './listener.ts';

/** How a tracker is served over HTTP. */
export interface TrackerServerOptions extends ListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits?: Partial<HttpLimits>;
  /** Removes stale peers that no announce removes in passing; every second, at most so many. */
  readonly clock: () => Date;
}

/** A tracker that answers over HTTP until it is closed. */
export interface TrackerServer extends AsyncDisposable {
  /** `http://HOST:PORT` */
  readonly address: string;
  /** Stops accepting, lets requests under way finish for `closeMs`, then breaks them off. */
  close(): Promise<void>;
}

const SWEEP_MS = 1_000;
/** Peers removed by one sweep: a few milliseconds. */
const SWEEP = 10_000;

/** Serves announces, scrapes, and by `fallback` everything else on one port. Rejects when it is taken. */
export async function createTrackerServer(options: TrackerServerOptions): Promise<TrackerServer> {
  const { tracker, host, port, clock } = options;
  const limits: HttpLimits = { ...HTTP_LIMITS, ...options.limits };
  const server = newServer(limits);
  limitConnections(server, limits.connectionsPerNetwork, trustIn(options.trustedProxies ?? []));
  server.on('request', createTrackerListener(options));
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
  const sweeps = setInterval(() => tracker.swarms.sweep(Math.floor(clock().getTime() / 1000), SWEEP), SWEEP_MS);
  sweeps.unref();
  const bound = server.address();
  const at = typeof bound === 'object' && bound !== null ? bound.port : port;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    clearInterval(sweeps);
    closed ??= closeServer(server, limits.closeMs);
    return closed;
  };
  return { address: `http://${isIPv6(host) ? `[${host}]` : host}:${at}`, close, [Symbol.asyncDispose]: close };
}

function newServer(limits: HttpLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    noDelay: false,
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.silenceMs;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const [status, failure] =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', `the request is too long: at most ${limits.headerBytes} bytes`]
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? ['408 Request Timeout', 'the request took too long']
          : ['400 Bad Request', 'this is no HTTP'];
    const body = failureAnswer(failure);
    const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
    // Closed at once, the rest of the request would make the kernel take the answer back.
    setTimeout(() => socket.destroy(), limits.lingerMs).unref();
    socket.end(Buffer.concat([Buffer.from(head), body]));
  });
  return server;
}

async function closeServer(server: Server, closeMs: number): Promise<void> {
  const closed = once(server, 'close');
  const cut = setTimeout(() => server.closeAllConnections(), closeMs);
  server.close();
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}
