import { connect, type Socket } from 'node:net';

/** Where a service is: `http://127.0.0.1:PORT`, or the path of its socket. */
interface Reachable {
  readonly address: string;
}

/** A connection to a service, for bytes that no HTTP client would send; errors of the connection are no failure. */
export function dial({ address }: Reachable): Socket {
  const socket = address.startsWith('/') ? connect(address) : connect(Number(new URL(address).port), '127.0.0.1');
  return socket.on('error', () => undefined);
}

/** All that comes back for these bytes until the connection closes, a character for each byte. */
export async function rawExchange(listener: Reachable, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = dial(listener);
  for (const part of parts) socket.write(part);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  // A connection that was reset is closed as well.
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

/** The bytes of a request without a body, after which the connection closes. */
export function rawRequest(target: string, method = 'GET'): string {
  return `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
}
