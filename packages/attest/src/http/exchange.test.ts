import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '@assay/verify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localService } from '../../../../tools/local-service.ts';
import { parseEndpoint } from './endpoint.ts';
import { exchange, type HttpRequest } from './exchange.ts';
import { troubleOf } from './trouble.ts';

let folder: string;
let socket: string;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exchange-'));
  socket = join(folder, 'service.sock');
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const ask = (endpoint: string, more: Partial<HttpRequest> = {}) =>
  exchange({
    endpoint: parseEndpoint(endpoint, 'url'),
    method: 'GET',
    path: '/',
    maxBytes: 100,
    signal: new AbortController().signal,
    ...more,
  });

/** A service that sends these bytes and ends, whatever it is asked; what it was asked is told. */
async function raw(answer: string): Promise<{ readonly asked: Promise<string> }> {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.once('data', (bytes) => {
      resolve(bytes.toString());
      connection.end(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => void server.listen(socket, listening));
  return { asked };
}

const failure = async (answer: Promise<unknown>): Promise<AssayError> => {
  const error: unknown = await answer.then(
    () => new Error('it was answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw error;
  return error;
};

describe('a request', () => {
  test('goes with its headers and the length of its body in bytes, and its answer comes whole', async () => {
    const { asked } = await raw('HTTP/1.1 503 Busy\r\nX-One: 1\r\ncontent-length: 2\r\n\r\n\xc3\xa9');
    const answer = await ask(socket, {
      method: 'POST',
      path: '/v1/token?a=b',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"é"}',
    });
    expect(answer).toMatchObject({ status: 503, headers: { 'x-one': '1' } });
    expect(answer.body).toHaveLength(2);
    const [head, body] = (await asked).split('\r\n\r\n');
    expect(head?.split('\r\n')).toEqual(
      expect.arrayContaining([
        'POST /v1/token?a=b HTTP/1.1',
        'content-type: application/json',
        'content-length: 13',
        'Host: localhost',
        'Connection: close',
      ]),
    );
    expect(body).toBe('{"name":"é"}');
  });

  test('goes below the path of an address, and no redirection is followed', async () => {
    await using service = await localService({
      '/below/status': { status: 302, headers: { location: '/elsewhere' } },
      '/elsewhere': { body: 'followed' },
    });
    expect((await ask(`${service.origin}/below/`, { path: '/status' })).status).toBe(302);
    expect(service.requests).toEqual(['/below/status']);
  });

  test('has an answer of at most so many bytes, whether it says how long it is or not', async () => {
    await using service = await localService({
      '/exact': { body: 'x'.repeat(100) },
      '/said': { body: 'x'.repeat(101) },
      '/chunked': (_request, response) => {
        for (let count = 0; count < 11; count += 1) response.write('x'.repeat(10));
        response.end();
      },
    });
    expect((await ask(service.origin, { path: '/exact' })).body).toHaveLength(100);
    for (const path of ['/said', '/chunked'])
      expect(await failure(ask(service.origin, { path }))).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('the answer is longer than 100 bytes'),
      });
  });

  test('ends when it is called off, before and after the head of the answer', async () => {
    await using service = await localService({
      '/never': () => undefined,
      '/half': (_request, response) => void response.write('half'),
    });
    for (const path of ['/never', '/half']) {
      const off = new AbortController();
      const answer = ask(service.origin, { path, signal: off.signal });
      setImmediate(() => off.abort(new Error('enough')));
      await expect(answer).rejects.toThrow('enough');
    }
    await expect(ask(service.origin, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
  });

  test('that HTTP cannot carry is a mistake of the caller, and no secret is repeated', async () => {
    const headers = { authorization: 'Bearer s3cret\nX: 1' };
    const error = await failure(ask(socket, { headers }));
    expect(error.code).toBe('usage');
    expect(error.message).toContain('"authorization"');
    expect(error.message).not.toContain('s3cret');
    expect((await failure(ask(socket, { path: '/a b' }))).code).toBe('usage');
  });
});

describe('troubles are told with what to do about them', () => {
  test('no socket, no folder', async () => {
    const error = await failure(ask(socket, { remedies: { ENOENT: 'mount /run' } }));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: `unix:${socket}: no such socket (ENOENT); mount /run`,
    });
    expect(troubleOf(error)).toBe('ENOENT');
    await writeFile(join(folder, 'file'), '');
    expect((await failure(ask(join(folder, 'file', 'sock')))).message).toContain('no such socket (ENOTDIR); start the');
  });

  test('a file without a listener, a port without one', async () => {
    await writeFile(socket, '');
    expect((await failure(ask(socket))).message).toContain('nobody listens there (ECONNREFUSED); start the service');
    const { origin } = await (async () => {
      await using gone = await localService({});
      return gone;
    })();
    expect((await failure(ask(origin))).message).toContain('nobody listens there (ECONNREFUSED)');
  });

  test('a name that nobody knows', async () => {
    const error = await failure(ask('http://assay-attester.invalid'));
    expect(error.message).toMatch(/no such host \(ENOTFOUND\)|name server did not answer \(EAI_AGAIN\)/);
  });

  test.each([
    ['', /the connection broke before the answer was whole \(ECONNRESET\)/],
    ['HTTP/1.1 200 OK\r\ncontent-len', /the connection broke|the answer is not HTTP/],
    [
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
      /the connection broke before the answer was whole \(ECONNRESET\)/,
    ],
    [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf',
      /the connection broke before the answer was whole/,
    ],
    ['SSH-2.0-OpenSSH\r\n', /the answer is not HTTP \(HPE_/],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`, /the answer has too many headers \(HPE_HEADER_OVERFLOW\)/],
    [
      'HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
      /the connection broke before the answer was whole/,
    ],
  ])('an answer of %j', async (answer, message) => {
    await raw(answer);
    const error = await failure(ask(socket));
    expect(error.code).toBe('unavailable');
    expect(error.message).toMatch(message);
  });
});
