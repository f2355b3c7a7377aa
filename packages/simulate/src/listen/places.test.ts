import { once } from 'node:events';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dial, rawExchange, rawRequest } from '../../../../tools/raw-http.ts';
import { type Handler, listen } from '../listen.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-listen-'));
});
afterAll(() => rm(folder, { recursive: true }));

const echo: Handler = async (request) => new Response(request.method);

describe('places', () => {
  test('a socket serves a client that writes its request by hand, piece by piece,', async () => {
    await using listener = await listen(echo, { socket: join(folder, 'hand.sock'), mode: 0o666 });
    const socket = dial(listener);
    const head = ['POST /GetKey HTTP/1.1\r\n', 'Host: localhost\r\n', 'Content-Type: application/json\r\n'];
    for (const part of [...head, 'Content-Length: 2\r\n', '\r\n', '{}']) socket.write(part);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/\r\ncontent-length: 4\r\n[\s\S]*\r\n\r\nPOST$/);
    // The connection stays until the client ends its half.
    socket.end();
    await once(socket, 'close');
  });

  test('a port that is taken is named', async () => {
    await using first = await listen(echo, { port: 0 });
    const port = Number(new URL(first.address).port);
    await expect(listen(echo, { port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another process listens there`,
    );
  });

  test('a socket has the permissions that were asked for, and is gone when closed', async () => {
    const socket = join(folder, 'mode.sock');
    for (const mode of [0o600, 0o666]) {
      await using listener = await listen(echo, { socket, mode });
      expect(listener.address).toBe(socket);
      expect((await stat(socket)).mode & 0o777).toBe(mode);
    }
    await expect(stat(socket)).rejects.toThrow('ENOENT');
  });

  test('a socket that somebody serves is left alone, a dead one is replaced', async () => {
    const socket = join(folder, 'stale.sock');
    const other = createServer().listen(socket);
    await once(other, 'listening');
    await expect(listen(echo, { socket })).rejects.toThrow('another process listens there');
    // A killed process leaves the file behind; Node would remove it.
    await rename(socket, `${socket}.kept`);
    other.close();
    await once(other, 'close');
    await rename(`${socket}.kept`, socket);
    expect((await stat(socket)).isSocket()).toBe(true);
    await using listener = await listen(echo, { socket });
    expect(await rawExchange(listener, rawRequest('/'))).toContain('200 OK');
  });

  test('a file that is no socket stays, and a path that no socket can have is refused', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'kept');
    await expect(listen(echo, { socket: file })).rejects.toThrow('no socket is there');
    await expect(listen(echo, { socket: join(folder, 'x'.repeat(108)) })).rejects.toThrow("a socket's path has 107");
  });

  test('closing breaks off what is under way', async () => {
    const asked = Promise.withResolvers<void>();
    const listener = await listen(
      async ({ signal }) => {
        asked.resolve();
        await once(signal, 'abort');
        throw signal.reason;
      },
      { port: 0 },
    );
    const answer = rawExchange(listener, rawRequest('/'));
    await asked.promise;
    await listener.close();
    expect(await answer).toBe('');
  });
});
