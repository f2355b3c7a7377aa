import { usage } from '../failure.ts';

/** Where an HTTP service listens: on a Unix socket, or at an address. */
export type Endpoint = SocketEndpoint | { readonly kind: 'url'; readonly url: URL; readonly shown: string };

/** A Unix socket; messages call it `shown`. */
export interface SocketEndpoint {
  readonly kind: 'socket';
  readonly path: string;
  readonly shown: string;
}

/** The longest path of a Unix socket on Linux, in bytes: `sun_path` without its NUL. */
const MAX_SOCKET_PATH = 107;

/**
 * Reads `/path/of.sock`, `unix:/path/of.sock` (also with `//`), `http://…` or `https://…`. Throws `usage`, naming the
 * field; addresses with a user, a query or a fragment are refused, and never repeated.
 */
export function parseEndpoint(text: string, field: string): Endpoint {
  const path = /^(?:unix:(?:\/\/)?)?(\/.*)$/s.exec(text)?.[1];
  if (path !== undefined) {
    const length = Buffer.byteLength(path);
    if (length > MAX_SOCKET_PATH)
      throw usage(`${field}: the path of a socket has at most ${MAX_SOCKET_PATH} bytes, found ${length}`, field);
    if (path.includes('\0')) throw usage(`${field}: the path of a socket has a NUL`, field);
    return { kind: 'socket', path, shown: `unix:${path}` };
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usage(
      `${field}: expected the path of a Unix socket, or an address that starts with http:// or https://`,
      field,
    );
  if (url.username !== '' || url.password !== '')
    throw usage(`${field}: the address has a user or password in it; give the token by itself`, field);
  if (url.search !== '' || url.hash !== '') throw usage(`${field}: the address has a query or fragment`, field);
  return { kind: 'url', url, shown: url.href.replace(/\/$/, '') };
}

/** As `parseEndpoint`, where it must be a socket. */
export function parseSocket(text: string, field: string): SocketEndpoint {
  const endpoint = parseEndpoint(text, field);
  if (endpoint.kind !== 'socket') throw usage(`${field}: expected the path of a Unix socket, found an address`, field);
  return endpoint;
}
