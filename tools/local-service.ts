import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a service answers: 200 and a body, unless said otherwise; a function writes the answer itself. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** A service on the loopback, for one test. */
export interface LocalService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Paths with queries, in the order in which they were asked for. */
  readonly requests: readonly string[];
}

/** Replies by path, or by path and query; a list is answered one by one, its last one for ever. Others are 404. */
export type Routes = Readonly<Record<string, Reply | readonly Reply[]>>;

/** Starts a service. `await using` stops it, with all its connections. `otherwise` answers what no route does. */
export async function localService(routes: Routes, otherwise: Reply = { status: 404 }): Promise<LocalService> {
  const requests: string[] = [];
  const counts = new Map<string, number>();
  const replyTo = (target: string): Reply => {
    const path = target.replace(/\?.*/, '');
    const name = Object.hasOwn(routes, target) ? target : path;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (route === undefined) return otherwise;
    if (!isList(route)) return route;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return route[Math.min(count, route.length - 1)] ?? { status: 404 };
  };
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    requests.push(target);
    const reply = replyTo(target);
    if (typeof reply === 'function') reply(request, response);
    else response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A reply that a fetch handler gives; a handler that fails breaks the connection. */
export function replyOf(handle: (request: Request) => Promise<Response>): Reply {
  return (request, response) => {
    const url = `http://${request.headers.host}${request.url ?? '/'}`;
    handle(new Request(url, { method: request.method ?? 'GET' }))
      .then((answer) => relay(answer, response))
      .catch((error: unknown) => void response.destroy(error instanceof Error ? error : undefined));
  };
}

async function relay(answer: Response, response: ServerResponse): Promise<void> {
  const body = new Uint8Array(await answer.arrayBuffer());
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(body);
}

function isList(route: Reply | readonly Reply[]): route is readonly Reply[] {
  return Array.isArray(route);
}
