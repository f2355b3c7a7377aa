import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { dial, rawExchange, rawRequest } from '../../../../tools/raw-http.ts';
import { type Handler, type Listener, type ListenOptions, listen } from '../listen.ts';

const echo: Handler = async (request) => {
  const { pathname, search } = new URL(request.url);
  return new Response(`${request.method} ${pathname}${search} ${await request.text()}`);
};
const open = (handler: Handler = echo, options: ListenOptions = {}): Promise<Listener> =>
  listen(handler, { port: 0 }, options);

describe('bodies', () => {
  const post = (length: number, declared = length): readonly string[] => [
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${declared}\r\n\r\n`,
    'x'.repeat(length),
  ];

  test('may be as long as the limit', async () => {
    await using listener = await open(echo, { maxBody: 100 });
    expect(await rawExchange(listener, ...post(100))).toContain('x'.repeat(100));
  });

  test.each([
    ['longer', post(101)],
    ['far longer', post(10, 1_000_000)],
    [
      'longer, in chunks',
      ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', `400\r\n${'x'.repeat(1024)}\r\n`],
    ],
  ])('that are %s get what the service says, 413 otherwise', async (_what, request) => {
    await using plain = await open(echo, { maxBody: 100 });
    expect(await rawExchange(plain, ...request)).toMatch(/^HTTP\/1.1 413 [\s\S]*content-length: 0\r\n/);
    const tooLarge = () => Response.json({ error: 'payload too large' }, { status: 400 });
    await using own = await open(echo, { maxBody: 100, tooLarge });
    expect(await rawExchange(own, ...request)).toMatch(/^HTTP\/1.1 400 [\s\S]*{"error":"payload too large"}$/);
  });

  test('that are longer than they say are answered as far as they say, and nothing after them is', async () => {
    let asked = 0;
    await using listener = await open(async (request) => {
      asked += 1;
      return echo(request);
    });
    // A client that counts characters, not bytes.
    const text = await rawExchange(listener, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"}');
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nPOST \/ ab$/);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    expect(asked).toBe(1);
  });
});

describe('clients that break off', () => {
  test('abort what was done for them', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    await using listener = await open(async ({ signal }) => {
      asked.resolve(signal);
      await once(signal, 'abort');
      throw signal.reason;
    });
    const socket = dial(listener);
    socket.write(rawRequest('/'));
    const signal = await asked.promise;
    socket.destroy();
    if (!signal.aborted) await once(signal, 'abort');
    expect(String(signal.reason)).toContain('broke the request off');
  });

  test.each([
    ['amid the head', 'GET / HTTP/1.1\r\nHost:'],
    ['amid the body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab'],
    ['before they say anything', ''],
  ])('or dawdle %s are let go', async (_where, bytes) => {
    await using listener = await open(echo, { headersTimeout: 50, requestTimeout: 50 });
    expect(await rawExchange(listener, bytes)).toMatch(/^HTTP\/1.1 408 |^$/);
  });

  test('or have nothing more to ask', async () => {
    await using listener = await open(echo, { keepAliveTimeout: 1 });
    expect(await rawExchange(listener, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toContain('200 OK');
  });
});

describe('many connections', () => {
  const idle = async (listener: Listener, count: number): Promise<readonly Socket[]> => {
    const sockets = Array.from({ length: count }, () => dial(listener));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return sockets;
  };

  test('200 that say nothing keep nobody else out', async () => {
    await using listener = await open();
    const sockets = await idle(listener, 200);
    expect(await rawExchange(listener, rawRequest('/'))).toContain('200 OK');
    for (const socket of sockets) socket.destroy();
  });

  test('more than the limit are turned away', async () => {
    await using listener = await open(echo, { maxConnections: 3 });
    const sockets = await idle(listener, 3);
    expect(await rawExchange(listener, rawRequest('/'))).toBe('');
    for (const socket of sockets) socket.destroy();
  });
});

describe('one connection with many requests', () => {
  test('is cut off when too many wait for their answers', async () => {
    let asked = 0;
    await using listener = await open(async ({ signal }) => {
      asked += 1;
      await once(signal, 'abort');
      throw signal.reason;
    });
    expect(await rawExchange(listener, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000))).toBe('');
    expect(asked).toBe(64);
  });

  test('one after the other may have as many as it likes', async () => {
    await using listener = await open();
    const socket = dial(listener);
    for (let request = 0; request < 70; request += 1) {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toContain('200 OK');
    }
    socket.destroy();
  });
});

describe('a handler that fails', () => {
  test('breaks the connection, and is reported', async () => {
    const errors: unknown[] = [];
    const handler = async () => Promise.reject(new Error('broken'));
    await using listener = await open(handler, { onError: (error) => errors.push(error) });
    expect(await rawExchange(listener, rawRequest('/'))).toBe('');
    expect(errors.map(String)).toEqual(['Error: broken']);
  });

  test('amid an answer of known length: half of it arrives', async () => {
    let sent = false;
    const body = () =>
      new ReadableStream({
        pull(controller) {
          if (sent) controller.error(new Error('broken'));
          else controller.enqueue(new TextEncoder().encode('half'));
          sent = true;
        },
      });
    const handler = async () => new Response(body(), { headers: { 'content-length': '8' } });
    await using listener = await open(handler, { onError: () => undefined });
    expect(await rawExchange(listener, rawRequest('/'))).toMatch(/content-length: 8\r\n[\s\S]*\r\n\r\nhalf$/);
  });
});
