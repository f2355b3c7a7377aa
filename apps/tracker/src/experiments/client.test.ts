import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { measureAnnounces } from './announces.ts';
import { createCall } from './client.ts';

async function answering(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  return {
    address,
    [Symbol.dispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('a call that is refused ends the run', () => {
  test.each([
    [503, '{"success":true}', '/x answered 503'],
    [200, '{"success":false}', '/x answered 200'],
    [200, '{}', '/x answered 200'],
  ])('with %i and %s', async (status, body, message) => {
    using server = await answering((_request, response) => void response.writeHead(status).end(body));
    await expect(createCall(server.address)('/x', {})).rejects.toThrow(message);
  });

  test('also an announce, whose refusals have status 200', async () => {
    using server = await answering((_request, response) => void response.end('d14:failure reason2:noe'));
    const run = measureAnnounces({
      ...{ address: server.address, passkey: 'x', infohashes: [new Uint8Array(20)], durationSeconds: 1 },
      elapsed: () => performance.now(),
      progress: () => undefined,
    });
    await expect(run).rejects.toThrow('an announce was answered 200: d14:failure reason2:noe; the run is void');
  });
});
