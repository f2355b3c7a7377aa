import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { rawExchange, rawRequest } from '../../../tools/raw-http.ts';
import { type Handler, type Listener, type ListenOptions, listen } from './listen.ts';

const echo: Handler = async (request) => {
  const { pathname, search } = new URL(request.url);
  return new Response(`${request.method} ${pathname}${search} ${await request.text()}`);
};
const open = (handler: Handler = echo, options: ListenOptions = {}): Promise<Listener> =>
  listen(handler, { port: 0 }, options);

describe('answers', () => {
  test('have an exact length, "Name: value" lines, and are never chunked', async () => {
    const stream = () =>
      new ReadableStream({
        start(controller) {
          for (const part of ['é', 'b', 'c']) controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      });
    await using listener = await open(async () => new Response(stream(), { headers: { 'Content-Type': 'text/html' } }));
    const text = await rawExchange(listener, rawRequest('/'));
    const [head = '', body] = text.split('\r\n\r\n');
    expect(head.split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
    expect(head.split('\r\n')).toEqual(expect.arrayContaining(['content-type: text/html', 'content-length: 4']));
    expect([head.includes('chunked'), Buffer.from(body ?? '', 'latin1').toString()]).toEqual([false, 'ébc']);
  });

  test('come in the order in which pipelined requests did', async () => {
    let release = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using listener = await open(async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/1') await first;
      else release();
      return new Response(`answer ${pathname}`);
    });
    const text = await rawExchange(listener, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n', rawRequest('/2'));
    expect(text.match(/answer .\d/g)).toEqual(['answer /1', 'answer /2']);
  });

  test('to HEAD have no body', async () => {
    await using listener = await open(async () => new Response(null, { headers: { 'x-a': '1' } }));
    expect(await rawExchange(listener, rawRequest('/', 'HEAD'))).toMatch(
      /^HTTP\/1.1 200 OK\r\nx-a: 1\r\n[^{]*\r\n\r\n$/,
    );
  });
});

describe('requests reach the handler as they were sent', () => {
  test.each([
    ['/prpc/Tappd.Info', '/prpc/Tappd.Info'],
    ['//a//b', '//a//b'],
    ['/a%2Fb%20c?report_data=00&x', '/a%2Fb%20c?report_data=00&x'],
    ['/q?json={"a":1}', '/q?json={%22a%22:1}'],
    ['http://elsewhere/a/b?c', '/a/b?c'],
    ['http://elsewhere', '/'],
  ])('%s', async (target, seen) => {
    await using listener = await open();
    expect(await rawExchange(listener, rawRequest(target))).toContain(`\r\n\r\nGET ${seen} `);
  });

  test('methods and headers, too; a body of GET counts nowhere', async () => {
    await using listener = await open(
      async (request) => new Response(`${request.method} ${request.headers.get('x-a')}`),
    );
    expect(await rawExchange(listener, rawRequest('/', 'PURGE'))).toContain('PURGE null');
    const body = 'GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-a: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc';
    expect(await rawExchange(listener, body)).toContain('GET 1, 2');
  });

  test.each([
    ['a path that a URL would resolve', rawRequest('/a/../b'), '400 Bad Request'],
    ['an encoded path that a URL would resolve', rawRequest('/a/%2e%2e/b'), '400 Bad Request'],
    ['a path that a URL would rewrite', rawRequest('/a\\b'), '400 Bad Request'],
    ['a fragment', rawRequest('/a#b'), '400 Bad Request'],
    ['no path at all', rawRequest('*', 'OPTIONS'), '400 Bad Request'],
    ['an address of another scheme', rawRequest('ftp://a/b'), '400 Bad Request'],
    ['TRACE, which Request cannot be', rawRequest('/', 'TRACE'), '405 Method Not Allowed'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', '405 Method Not Allowed'],
    [
      'an expectation',
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: luck\r\nConnection: close\r\n\r\n',
      '417 Expectation Failed',
    ],
    ['junk', randomBytes(32).toString('hex').repeat(10), '400 Bad Request'],
    [
      'giant headers',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      '400 Bad Request',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400 Bad Request',
    ],
  ])('%s does not', async (_what, request, status) => {
    let asked = 0;
    await using listener = await open(async () => {
      asked += 1;
      return new Response();
    });
    const text = await rawExchange(listener, request);
    expect([text.split('\r\n')[0], asked]).toEqual([`HTTP/1.1 ${status}`, 0]);
    expect(text.toLowerCase()).toContain('content-length: 0');
  });
});
