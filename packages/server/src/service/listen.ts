import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';

/** Where a service listens: a port (0: any free one), or a Unix socket with its permissions. */
export type ServicePlace =
  | { readonly host: string; readonly port: number }
  | { readonly socket: string; readonly mode?: number };

/** Who may connect to a Unix socket, unless said otherwise: its user and its group. */
const SOCKET_MODE = 0o660;

/** Listens at a place. Resolves with `HOST:PORT`, or the socket's path; rejects when the place is taken. */
export async function listenAt(server: Server, place: ServicePlace): Promise<string> {
  const bound = Promise.withResolvers<void>();
  server.once('error', bound.reject);
  if ('socket' in place) {
    await clearStale(place.socket);
    server.listen(place.socket, bound.resolve);
  } else {
    server.listen(place.port, place.host, bound.resolve);
  }
  await bound.promise;
  server.off('error', bound.reject);
  if ('socket' in place) await chmod(place.socket, place.mode ?? SOCKET_MODE);
  const address = server.address();
  if (address === null || typeof address === 'string') return address ?? '';
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

/** Removes a socket that nobody listens on any more. Throws when somebody does, or when it is another kind of file. */
async function clearStale(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path}: expected a socket or nothing, found another file; move it away`);
  if (await answers(path)) throw new Error(`${path}: another service listens here; stop it, or choose another path`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => {
    socket.destroy();
    resolve(true);
  });
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
    else reject(error);
  });
  return promise;
}
