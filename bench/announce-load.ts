import { connect } from 'node:net';
import { type Load, openLoad } from './load.ts';

/** Torrents that are announced, as the hex of their infohashes: any bytes, as hashes are. */
export const ANNOUNCED: readonly string[] = Array.from({ length: 10 }, (_, torrent) =>
  Buffer.from(Array.from({ length: 20 }, (__, at) => torrent * 37 + at * 101 + 128)).toString('hex'),
);

/** Who announces: so many peers of each torrent, in turn, each with an id and a port of its own. */
export function announcePaths(peers: number): () => string {
  const paths = Array.from({ length: ANNOUNCED.length * peers }, (_, index) => {
    const infohash = ANNOUNCED[index % ANNOUNCED.length]?.replace(/../g, '%$&') ?? '';
    const id = `-BE0001-${String(index).padStart(12, '0')}`;
    const numbers = `uploaded=0&downloaded=0&left=${index % 3}&numwant=50&compact=1`;
    return `/announce?info_hash=${infohash}&peer_id=${id}&port=${10_000 + index}&${numbers}`;
  });
  let next = 0;
  return () => {
    next = (next + 1) % paths.length;
    return paths[next] ?? '';
  };
}

/** Connections that stay, with a request at a time each. */
export const keptAlive = openLoad;

/** The same number of connections at once, each for one request. Throws for any answer but a 200. */
export async function connectionEach(address: string, connections: number): Promise<Load> {
  const { hostname, port, host } = new URL(address);
  return {
    async run(path, count) {
      let sent = 0;
      let last = '';
      await Promise.all(
        Array.from({ length: connections }, async () => {
          while (sent < count) {
            sent += 1;
            last = await ask(
              hostname,
              Number(port),
              `GET ${path()} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
            );
          }
        }),
      );
      return last;
    },
    close: () => undefined,
  };
}

function ask(host: string, port: number, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const parts: Buffer[] = [];
  const socket = connect({ host, port, noDelay: true }, () => socket.write(request, 'latin1'));
  socket.on('data', (part) => parts.push(part));
  socket.on('error', reject);
  socket.on('end', () => {
    const answer = Buffer.concat(parts).toString('latin1');
    if (/^HTTP\/1\.[01] 200 /.test(answer)) resolve(answer);
    else reject(new Error(`expected 200, found ${answer}`));
  });
  return promise;
}
