import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Listener, listen } from '@assay/simulate/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBroker } from './broker.ts';

let folder: string;
let socket: string;
/** Bodies that reached the agent. */
let seen: Uint8Array[];
let answer: () => Response | Promise<Response>;
let agent: Listener;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-'));
  socket = join(folder, 'dstack.sock');
  seen = [];
  answer = () => new Response('{}');
  const record = async (request: Request): Promise<Response> => {
    seen.push(new Uint8Array(await request.arrayBuffer()));
    return await answer();
  };
  agent = await listen(record, { socket }, { maxBody: 2 ** 24 });
});
afterEach(async () => {
  await agent.close();
  await rm(folder, { recursive: true });
});

const post = (path: string, body: string | Uint8Array<ArrayBuffer> = '{}', headers: Record<string, string> = {}) =>
  new Request(`http://localhost${path}`, { method: 'POST', body, headers });
const errorOf = async (response: Response): Promise<string> => ((await response.json()) as { error: string }).error;

describe('limits', () => {
  test('a body of at most 1 MiB, whether its length is said or not', async () => {
    const broker = createBroker({ upstream: socket });
    const long = new Uint8Array(1_048_577);
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const endless = new Request('http://localhost/GetQuote', { method: 'POST', body: stream, duplex: 'half' });
    for (const request of [post('/GetQuote', long), post('/GetQuote', '', { 'content-length': '1048577' }), endless]) {
      const response = await broker(request);
      expect(response.status).toBe(413);
      expect(await errorOf(response)).toContain('payload too large');
    }
    expect(seen).toEqual([]);
    expect((await broker(post('/GetQuote', long.subarray(1)))).status).toBe(200);
    expect(seen[0]).toHaveLength(1_048_576);
  });

  test('a query of at most 8,192 characters', async () => {
    const broker = createBroker({ upstream: socket });
    expect((await broker(post(`/GetQuote?${'a'.repeat(8_191)}`))).status).toBe(200);
    expect((await broker(post(`/GetQuote?${'a'.repeat(8_192)}`))).status).toBe(414);
    expect(seen).toHaveLength(1);
  });

  test('an answer of at most 4 MiB', async () => {
    const broker = createBroker({ upstream: socket });
    answer = () => new Response(new Uint8Array(4_194_304));
    expect((await (await broker(post('/Info'))).arrayBuffer()).byteLength).toBe(4_194_304);
    answer = () => new Response(new Uint8Array(4_194_305));
    const response = await broker(post('/Info'));
    expect([response.status, await errorOf(response)]).toEqual([
      502,
      "the guest agent's answer is longer than 4194304 bytes",
    ]);
  });

  test('32 requests of the agent at a time; another one may come when one is over', async () => {
    const { promise: open, resolve } = Promise.withResolvers<void>();
    answer = async () => {
      await open;
      return new Response('{}');
    };
    const broker = createBroker({ upstream: socket });
    const waiting = Array.from({ length: 33 }, () => broker(post('/Info')));
    const refused = await Promise.race(waiting);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    resolve();
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(32);
    expect((await broker(post('/Info'))).status).toBe(200);
  });

  test('a time: whoever sends no end of a body, and an agent without an answer', async () => {
    const broker = createBroker({ upstream: socket, timeoutMs: 50 });
    const silent = new Request('http://localhost/Info', { method: 'POST', body: new ReadableStream(), duplex: 'half' });
    answer = () => new Promise(() => undefined);
    for (const request of [silent, post('/Info')]) {
      const response = await broker(request);
      expect([response.status, await errorOf(response)]).toEqual([
        503,
        'no answer of the guest agent within 50 ms; ask again',
      ]);
    }
  });

  test('a caller who leaves: the agent is left, too', async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    answer = () => {
      resolve();
      return new Promise(() => undefined);
    };
    const leaving = new AbortController();
    const gone = createBroker({ upstream: socket })(new Request(post('/Info'), { signal: leaving.signal }));
    await reached;
    leaving.abort();
    expect((await gone).status).toBe(502);
  });
});

describe('troubles of the agent', () => {
  test('no socket, or nobody who listens: 503 and the reason', async () => {
    await writeFile(join(folder, 'file'), '');
    for (const [name, code] of [
      ['none.sock', 'ENOENT'],
      ['file', 'ECONNREFUSED'],
      ['file/sock', 'ENOTDIR'],
    ]) {
      const response = await createBroker({ upstream: join(folder, name ?? '') })(post('/Info'));
      expect(response.status).toBe(503);
      expect(await errorOf(response)).toContain(`cannot be reached (${code})`);
    }
  });

  test.each([
    '',
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf',
    `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`,
    'HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
    'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n',
  ])('an answer of %j: 502', async (bytes) => {
    const place = join(folder, 'raw.sock');
    const server = createServer((connection) => {
      connection.on('error', () => undefined);
      connection.once('data', () => connection.end(bytes));
    });
    await new Promise<void>((resolve) => void server.listen(place, resolve));
    const response = await createBroker({ upstream: place })(post('/Info'));
    expect(response.status).toBe(502);
    expect(await errorOf(response)).toContain('the guest agent');
    await new Promise((resolve) => server.close(resolve));
  });
});
