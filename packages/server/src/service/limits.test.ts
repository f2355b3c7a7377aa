import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServiceLimits } from './limits.ts';
import { type ServedApp, serveApp } from './serve-app.ts';

const app = new Hono()
  .get('/', (context) => context.text('here'))
  .post('/', async (context) => context.text(`${(await context.req.arrayBuffer()).byteLength}`));

async function served(limits: Partial<ServiceLimits> = {}, served: Hono = app as Hono): Promise<ServedApp> {
  const service = await serveApp(served, {
    place: { host: '127.0.0.1', port: 0 },
    log: { write: () => undefined },
    limits,
  });
  onTestFinished(() => service.close());
  return service;
}

/** An app that never answers. */
function hanging(): Hono {
  const app = new Hono();
  app.get('/', () => Promise.withResolvers<Response>().promise);
  return app;
}

function peer({ address }: ServedApp): Socket {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** All that comes on a connection until it ends. */
async function said(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

const problemIn = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
const GET = 'GET / HTTP/1.1\r\nhost: a\r\n';

describe('limits', () => {
  test('a header that does not end is answered 408, then cut', async () => {
    const socket = peer(await served({ headersMs: 50, checkMs: 20 }));
    socket.write('GET / HTTP/1.1\r\nhost:');
    const answer = await said(socket);
    expect(answer).toMatch(/^HTTP\/1.1 408 .*content-type: application\/problem\+json/s);
    expect(problemIn(answer)).toMatchObject({ code: 'request_timeout', requestId: expect.any(String) });
  });

  test.each([
    ['whose length is known', 'content-length: 10\r\n\r\nabc'],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('a body %s that does not end is answered 408, then cut', async (_, rest) => {
    const socket = peer(await served({ headersMs: 50, requestMs: 60, checkMs: 20 }));
    socket.write(`POST / HTTP/1.1\r\nhost: a\r\n${rest}`);
    expect(problemIn(await said(socket))).toMatchObject({ code: 'request_timeout', status: 408 });
  });

  test('a huge header is 431', async () => {
    const socket = peer(await served());
    socket.write(`${GET}x: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(problemIn(await said(socket))).toMatchObject({ code: 'header_too_large', status: 431 });
  });

  test('one header more than the limit is 431, and none is dropped before', async () => {
    const service = await served({ headerCount: 4 });
    const four = peer(service);
    four.end(`${GET}b: 1\r\nc: 1\r\nconnection: close\r\n\r\n`);
    expect(await said(four)).toMatch(/^HTTP\/1.1 200 /);
    const five = peer(service);
    five.write(`${GET}b: 1\r\nc: 1\r\nd: 1\r\ne: 1\r\n\r\n`);
    expect(problemIn(await said(five))).toMatchObject({ code: 'header_too_large' });
  });

  test.each([
    ['with its length', (bytes: number) => 'a'.repeat(bytes)],
    ['in chunks', (bytes: number) => new Blob(['a'.repeat(bytes)]).stream()],
  ])('a body %s may have as many bytes as the limit says and not one more', async (_, body) => {
    const { address } = await served({ bodyBytes: 1_000 });
    const post = (bytes: number): Promise<Response> =>
      fetch(address, { method: 'POST', body: body(bytes), duplex: 'half' } as RequestInit);
    expect(await (await post(1_000)).text()).toBe('1000');
    const refused = await post(1_001);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: 'body_too_large' });
  });

  test('a body where none belongs is refused, with its connection', async () => {
    const socket = peer(await served());
    socket.write(`${GET}content-length: 3\r\n\r\nabc`);
    expect(problemIn(await said(socket))).toMatchObject({ code: 'bad_request' });
  });

  test('300 idle connections hinder nobody, and end by themselves', async () => {
    const service = await served({ headersMs: 300, checkMs: 50 });
    const idle = Array.from({ length: 300 }, () => peer(service));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect((await fetch(service.address)).status).toBe(200);
    expect((await Promise.all(idle.map(said))).every((answer) => answer.startsWith('HTTP/1.1 408 '))).toBe(true);
  });

  test('a connection beyond the limit is closed when requests are under way on all others', async () => {
    const open = Promise.withResolvers<void>();
    let handled = 0;
    const waiting = new Hono();
    waiting.get('/', async (context) => {
      handled++;
      await open.promise;
      return context.text('here');
    });
    const service = await served({ connections: 2 }, waiting);
    const busy = [peer(service), peer(service)];
    for (const socket of busy) socket.write(`${GET}connection: close\r\n\r\n`);
    await expect.poll(() => handled).toBe(2);
    expect(await said(peer(service))).toBe('');
    open.resolve();
    for (const answer of await Promise.all(busy.map(said))) expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  test('a connection beyond the limit takes the place of the one that has been idle for longest', async () => {
    const service = await served({ connections: 2 });
    const [first, second] = [peer(service), peer(service)];
    await Promise.all([first, second].map((socket) => once(socket, 'connect')));
    // Now the second has been idle for longer.
    first.write(`${GET}\r\n`);
    await once(first, 'data');
    const third = peer(service);
    third.end(`${GET}connection: close\r\n\r\n`);
    expect(await said(second)).toBe('');
    expect(await said(third)).toMatch(/^HTTP\/1.1 200 /);
    first.end(`${GET}connection: close\r\n\r\n`);
    expect(await said(first)).toMatch(/^HTTP\/1.1 200 /);
  });

  test('who holds more idle connections than there may be keeps nobody out', async () => {
    const service = await served({ connections: 20 });
    const idle = Array.from({ length: 200 }, () => peer(service));
    const closed = idle.map(said);
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    for (let time = 0; time < 3; time += 1) expect((await fetch(service.address)).status).toBe(200);
    expect((await Promise.all(closed.slice(0, 180))).join('')).toBe('');
  });

  test('pipelined requests beyond the limit: one refusal, after the answers due, and the end', async () => {
    const open = Promise.withResolvers<void>();
    let handled = 0;
    const waiting = new Hono();
    waiting.get('/', async (context) => {
      handled++;
      await open.promise;
      return context.text('here');
    });
    const socket = peer(await served({ pipelined: 3 }, waiting));
    socket.write(`${GET}\r\n`.repeat(50));
    await expect.poll(() => handled).toBe(3);
    open.resolve();
    const answers = await said(socket);
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([...Array(3).fill('HTTP/1.1 200'), 'HTTP/1.1 429']);
    expect(handled).toBe(3);
  });

  test('a flood of pipelined requests stays with its sender while others are served', async () => {
    const app = hanging();
    app.get('/other', (context) => context.text('here'));
    const service = await served({ closeMs: 100 }, app);
    const socket = peer(service);
    const requests = `${GET}\r\n`.repeat(5_000);
    let sent = 0;
    const send = (): void => {
      while (sent < 32_000_000 && socket.write(requests)) sent += requests.length;
    };
    socket.on('drain', send);
    send();
    for (let index = 0; index < 100; index++) await (await fetch(`${service.address}/other`)).text();
    expect(sent).toBeLessThan(12_000_000);
    socket.destroy();
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n'],
    ['a request without a host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a host that is none', 'GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n'],
    ['two lengths', `${GET}content-length: 1\r\ncontent-length: 2\r\n\r\n`],
    ['a length and chunks', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a chunk of no length', 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
  ])('%s is a problem, and the end of its connection', async (_, bytes) => {
    const socket = peer(await served());
    socket.write(bytes);
    const answer = await said(socket);
    expect(answer).toMatch(/x-request-id: /);
    expect(problemIn(answer)).toMatchObject({ code: 'bad_request', status: 400 });
  });

  test('what follows a request that waits for its answer gets none: it would be taken for that one', async () => {
    const socket = peer(await served({}, hanging()));
    socket.write(`${GET}\r\nhello\r\n\r\n`);
    expect(await said(socket)).toBe('');
  });

  test('a connection on which nothing goes on is cut', async () => {
    const socket = peer(await served({ silenceMs: 50 }, hanging()));
    socket.write(`${GET}\r\n`);
    expect(await said(socket)).toBe('');
  });
});
