import { connect, type Socket } from 'node:net';

/** Keeps connections busy: on each the next request goes out when the answer before it is whole. */
export interface Load {
  /** Asks so many times, and resolves with the last answer. */
  readonly run: (path: () => string, count: number) => Promise<string>;
  readonly close: () => void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Opens the connections. Throws for any answer but a 200 with a length. */
export async function openLoad(address: string, connections: number): Promise<Load> {
  const { hostname, port, host } = new URL(address);
  const lines = await Promise.all(Array.from({ length: connections }, () => open(hostname, Number(port))));
  return {
    async run(path, count) {
      let sent = 0;
      let last: Buffer = Buffer.alloc(0);
      await Promise.all(
        lines.map(async (line) => {
          while (sent < count) {
            sent += 1;
            last = await line.ask(`GET ${path()} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
          }
        }),
      );
      return last.toString('latin1');
    },
    close() {
      for (const { socket } of lines) socket.destroy();
    },
  };
}

async function open(
  host: string,
  port: number,
): Promise<{ readonly socket: Socket; readonly ask: (request: string) => Promise<Buffer> }> {
  const socket = connect({ host, port, noDelay: true });
  const ready = Promise.withResolvers<void>();
  socket.once('connect', ready.resolve);
  socket.once('error', ready.reject);
  await ready.promise;
  let answer = Promise.withResolvers<Buffer>();
  let head: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let missing = -1;
  socket.on('data', (chunk) => {
    if (missing < 0) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      missing = lengthOf(head.toString('latin1', 0, end), answer.reject) - (head.length - end - 4);
      parts = [head.subarray(end + 4)];
      head = Buffer.alloc(0);
    } else {
      missing -= chunk.length;
      parts.push(chunk);
    }
    if (missing !== 0) return;
    missing = -1;
    answer.resolve(Buffer.concat(parts));
  });
  socket.on('close', () => answer.reject(new Error('the service closed a connection')));
  return {
    socket,
    ask(request) {
      answer = Promise.withResolvers<Buffer>();
      socket.write(request, 'latin1');
      return answer.promise;
    },
  };
}

function lengthOf(head: string, fail: (reason: Error) => void): number {
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (head.startsWith('HTTP/1.1 200 ') && length !== undefined) return Number(length);
  fail(new Error(`expected 200 with a length, found ${head}`));
  return 0;
}
