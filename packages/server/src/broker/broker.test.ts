import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Listener, listen } from '@assay/simulate/node';
import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBroker, QUOTE_ONLY } from './broker.ts';

interface Seen {
  readonly target: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

let folder: string;
let socket: string;
let seen: Seen[];
let answer: () => Response | Promise<Response>;
let agent: Listener;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-'));
  socket = join(folder, 'dstack.sock');
  seen = [];
  answer = () => new Response('{"said":"yes"}', { headers: { 'content-type': 'application/json' } });
  const limits = { maxBody: 2 ** 24, maxHeaders: 2 ** 16 };
  agent = await listen(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = new Uint8Array(await request.arrayBuffer());
      seen.push({
        target: pathname + search,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        body,
      });
      return await answer();
    },
    { socket },
    limits,
  );
});
afterEach(async () => {
  await agent.close();
  await rm(folder, { recursive: true });
});

const post = (path: string, body: string | Uint8Array<ArrayBuffer> = '{}', headers: Record<string, string> = {}) =>
  new Request(`http://localhost${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** What comes back for a target that no HTTP client would send as it is. */
async function statusLine(path: string, target: string): Promise<string> {
  const connection = connect(path).setEncoding('latin1');
  connection.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of connection) text += String(chunk);
  return text;
}

describe('what is allowed goes through', () => {
  test.each(['/GetQuote', '/v0/GetQuote', '/v1/Attest', '/prpc/Info', '/prpc/Tappd.RawQuote', '/Version'])(
    '%s',
    async (path) => {
      expect((await createBroker({ upstream: socket })(post(path))).status).toBe(200);
      expect(seen.map(({ target }) => target)).toEqual([path]);
    },
  );

  test('with its body byte for byte, its type and its query, and no other header', async () => {
    const body = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const headers = { 'content-type': 'application/octet-stream', 'x-secret': '1', cookie: 'a=b', accept: 'text/html' };
    await createBroker({ upstream: `unix:${socket}` })(post('/GetQuote?json=1&a=%2F..%2fGetKey', body, headers));
    expect(seen).toEqual([
      {
        target: '/GetQuote?json=1&a=%2F..%2fGetKey',
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/octet-stream',
          accept: 'text/html',
          'content-length': '1000',
          host: 'localhost',
          connection: 'close',
        },
      },
    ]);
  });

  test('as GET, whose fields are in the query', async () => {
    await createBroker({ upstream: socket })(new Request('http://localhost/GetQuote?report_data=00ff'));
    expect(seen).toMatchObject([{ method: 'GET', target: '/GetQuote?report_data=00ff' }]);
  });

  test('to an address, below its path', async () => {
    await using service = await listen(async ({ url }) => new Response(new URL(url).pathname), { port: 0 });
    const broker = createBroker({ upstream: `${service.address}/below/` });
    expect(await (await broker(post('/Info'))).text()).toBe('/below/Info');
  });

  test('and the answer comes with its status, its type, its exact length, for no cache to keep', async () => {
    answer = () => new Response('"café"', { status: 400, headers: { 'content-type': 'text/x-odd', 'x-other': '1' } });
    const response = await createBroker({ upstream: socket })(post('/Info'));
    expect(response.status).toBe(400);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/x-odd',
      'content-length': '7',
      'cache-control': 'no-store',
    });
    expect(await response.text()).toBe('"café"');
    answer = () => new Response(null, { status: 204 });
    expect((await createBroker({ upstream: socket })(post('/Info'))).status).toBe(204);
  });
});

describe('what is not allowed', () => {
  const KEYS_AND_CHANGES = [
    ...['/GetKey', '/GetTlsKey', '/Sign', '/EmitEvent', '/Verify', '/v0/GetKey', '/v1/GetKey', '/v1/IssueCert'],
    ...['/prpc/Tappd.DeriveKey', '/prpc/Tappd.DeriveK256Key', '/prpc/DeriveKey', '/prpc/GetAttestationForAppKey'],
    ...['/constructor', '/ToString', '/Anything'],
  ];
  test.each(KEYS_AND_CHANGES)('%s never reaches the agent', async (path) => {
    const response = await createBroker({ upstream: socket })(post(path));
    expect(response.status).toBe(path === '/constructor' ? 404 : 403);
    expect(seen).toEqual([]);
  });

  test('is refused in the form of the agent, and says what is allowed', async () => {
    const response = await createBroker({ upstream: socket })(post('/GetKey'));
    const text =
      '{\n  "error": "GetKey is not allowed by this broker; allowed: Attest, GetQuote, Info, RawQuote, TdxQuote, Version"\n}';
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(text.length),
    });
    expect(await response.text()).toBe(text);
  });

  test('is what is not in a list of the operator, either', async () => {
    const broker = createBroker({ upstream: socket, allow: ['Sign'] });
    expect((await broker(post('/Sign'))).status).toBe(200);
    expect((await broker(post('/GetQuote'))).status).toBe(403);
    expect(seen.map(({ target }) => target)).toEqual(['/Sign']);
  });

  test('is any method of HTTP but GET and POST', async () => {
    for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']) {
      const response = await createBroker({ upstream: socket })(new Request('http://localhost/GetQuote', { method }));
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
    }
    expect(seen).toEqual([]);
  });

  test('is never reached by any path, whoever reads it and however', async () => {
    const broker = createBroker({ upstream: socket });
    const allowed = new RegExp(`^/(v0/|v1/|prpc/|prpc/Tappd\\.)?(${QUOTE_ONLY.join('|')})([?]|$)`);
    let reached = 0;
    const part = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '/./',
        '/../',
        '\\',
        '%2f',
        '%2F',
        '%5c',
        '%2e%2e/',
        '.',
        '?',
        '#',
        ';',
        '%00',
        '%3f',
        '%0d%0a',
      ),
      fc.constantFrom(
        'v0',
        'v1',
        'prpc',
        'Tappd.',
        'Worker.',
        'GetQuote',
        'Info',
        'GetKey',
        'getkey',
        'Get%4bey',
        'Sign',
      ),
      fc.string({ maxLength: 3 }),
    );
    const path = fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(path, fc.constantFrom('GET', 'POST'), async (target, method) => {
        seen.length = 0;
        const url = URL.parse(`http://localhost${target}`);
        if (url === null) return;
        await broker(new Request(url, { method }));
        for (const request of seen) expect(request.target).toMatch(allowed);
        reached += seen.length;
      }),
      { numRuns: 300, examples: [['/v0/../GetQuote?a', 'GET']] },
    );
    expect(reached).toBeGreaterThan(0);
  });

  test('is not reached by the same tricks as bytes on a connection', async () => {
    await using service = await listen(createBroker({ upstream: socket }), { socket: join(folder, 'broker.sock') });
    const tricks = ['/GetQuote/../GetKey', '/v0/%2e%2e/GetKey', '//GetKey', '/GetKey?/GetQuote', '/GetKey#/GetQuote'];
    for (const target of [...tricks, '/GetQuote%2f..%2fGetKey', 'http://localhost/GetKey', '/GetKey%3f/GetQuote'])
      expect(await statusLine(service.address, target)).toMatch(/^HTTP\/1\.1 40[034] /);
    expect(seen).toEqual([]);
  });
});

describe('mistakes of the operator', () => {
  test.each([
    [{ upstream: 'dstack.sock' }, 'upstream: expected the path'],
    [{ upstream: `/${'a'.repeat(107)}` }, 'upstream: the path of a socket has at most 107 bytes'],
    [{ upstream: 'http://user:s3cret@host/' }, 'upstream: expected an address without user'],
    [{ upstream: 'http://host/?a' }, 'upstream: expected an address without user'],
    [{ upstream: '/a', allow: [] }, 'allow: expected names of methods such as GetQuote, found an empty list'],
    [{ upstream: '/a', allow: ['GetQuote', '/GetKey'] }, 'found "/GetKey"'],
    [{ upstream: '/a', timeoutMs: 0 }, 'timeoutMs: expected'],
    [{ upstream: '/a', timeoutMs: 2 ** 31 }, 'timeoutMs: expected'],
  ])('%j', (options, message) => {
    const make = (): unknown => createBroker(options);
    expect(make).toThrow(AssayError);
    expect(make).toThrow(message);
    expect(make).not.toThrow('s3cret');
  });
});
