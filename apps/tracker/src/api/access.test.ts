import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceEnv } from '@assay/server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawExchange, rawRequest } from '../../../../tools/raw-http.ts';
import { type ServedTracker, served, TOKEN } from '../../../../tools/tracker-in-tests.ts';
import { createAccess } from './access.ts';

const ROUTES = ['/keygen', '/keygen-tee', '/attest', '/config'] as const;

let folder: string;
let dev: ServedTracker;
let plain: ServedTracker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracker-access-'));
  dev = await served({ database: join(folder, 'dev.db'), dev: true, teeMode: 'enabled' });
  plain = await served({ database: join(folder, 'plain.db') });
});
afterAll(async () => {
  await dev.close();
  await plain.close();
  await rm(folder, { recursive: true });
});

interface Told {
  readonly status: number;
  readonly code?: string;
  readonly field?: string;
  readonly private_key?: string;
}

/** A request with headers that browsers would not let a page choose. */
function post({ origin }: ServedTracker, path: string, headers: Readonly<Record<string, string>>): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const sent = request(`${origin}${path}`, { method: 'POST', headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => resolve({ ...(JSON.parse(text) as Told), status: response.statusCode ?? 0 }));
  });
  sent.on('error', reject).end();
  return promise;
}

describe('routes of the operator, under --dev', () => {
  test('answer programs of this machine', async () => {
    expect(await post(dev, '/keygen', {})).toMatchObject({ status: 200, private_key: expect.any(String) });
    expect(await post(dev, '/keygen', { host: 'localhost:8000' })).toMatchObject({ status: 200 });
    expect(await post(dev, '/keygen', { host: '[::1]:8000' })).toMatchObject({ status: 200 });
  });

  test.each([
    ['host', 'rebound.example:8000'],
    ['host', 'localhost.rebound.example'],
    ['host', '127.0.0.1.rebound.example'],
    ['host', '10.0.0.1:8000'],
    ['origin', 'http://rebound.example'],
    ['origin', 'http://localhost:8000'],
    ['origin', 'null'],
    ['forwarded', 'for=127.0.0.1'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-forwarded-anything', '1'],
    ['x-forwarded', 'for=127.0.0.1'],
    ['x-real-ip', '127.0.0.1'],
    ['true-client-ip', '127.0.0.1'],
    ['cf-connecting-ip', '127.0.0.1'],
    ['sec-fetch-site', 'same-origin'],
    ['via', '1.1 proxy'],
  ])('refuse a request with %s: %s, on each of them', async (field, value) => {
    for (const route of ROUTES)
      expect(await post(dev, route, { [field]: value })).toEqual(
        expect.objectContaining({ status: 403, code: 'forbidden', field }),
      );
  });

  test.each([
    ['for another machine', rawRequest('http://rebound.example/keygen', 'POST')],
    ['for this machine, as proxies are asked', rawRequest('http://localhost/keygen', 'POST')],
    ['in the HTTP of proxies that name nobody', 'POST /keygen HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n\r\n'],
  ])('refuse a request %s', async (_, bytes) => {
    const answer = await rawExchange({ address: dev.origin }, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('"code":"forbidden","detail":"request: expected a path over HTTP/1.1');
  });

  test.each([
    ['no host', 'POST /keygen HTTP/1.0\r\n\r\n', 400],
    ['two hosts', 'POST /keygen HTTP/1.1\r\nHost: localhost\r\nHost: x.example\r\nConnection: close\r\n\r\n', 403],
    [
      'an origin that is empty',
      'POST /keygen HTTP/1.1\r\nHost: localhost\r\nOrigin:\r\nConnection: close\r\n\r\n',
      403,
    ],
  ])('refuse a request with %s', async (_, bytes, status) => {
    expect(await rawExchange({ address: dev.origin }, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('refuse a wrong token even there, and take the right one from anywhere', async () => {
    const wrong = { authorization: `Bearer ${TOKEN}x` };
    expect(await post(dev, '/keygen', wrong)).toMatchObject({ status: 401, field: 'authorization' });
    const right = { authorization: `Bearer ${TOKEN}`, host: 'tracker.example', origin: 'https://tracker.example' };
    expect(await post(dev, '/keygen', right)).toMatchObject({ status: 200 });
  });

  test('are for peers on the loopback, whatever they say of themselves', async () => {
    const app = new Hono<ServiceEnv>();
    app.onError((error) => new Response(error.message, { status: 403 }));
    const access = createAccess({ dev: true });
    app.post('/', (c) => {
      access(c);
      return c.text('in');
    });
    const from = async (remoteAddress: string | undefined): Promise<string> => {
      const incoming = { socket: { remoteAddress } };
      return (
        await app.request('http://localhost/', { method: 'POST', headers: { host: 'localhost' } }, { incoming })
      ).text();
    };
    for (const near of ['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1']) expect(await from(near)).toBe('in');
    for (const far of ['192.0.2.1', '10.0.0.1', '::ffff:192.0.2.1', 'fe80::1', undefined])
      expect(await from(far)).toMatch(/only programs of this machine/);
  });
});

test('without --dev they answer to the token alone', async () => {
  for (const route of ROUTES)
    expect(await post(plain, route, {})).toMatchObject({ status: 401, code: 'unauthorized', field: 'authorization' });
  expect(await post(plain, '/keygen', { authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 200 });
});

test('a configuration is changed by nobody else, whole or not at all, and never to trust what is unsigned', async () => {
  const change = async (body: object, headers: object = {}): Promise<Response> =>
    fetch(`${dev.origin}/config`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const configuration = async () => (await (await fetch(`${dev.origin}/config`)).json()) as object;
  const before = await configuration();
  for (const [field, body] of [
    ['verify_signatures', { min_ratio: 0, verify_signatures: false }],
    ['receipt_window', { min_ratio: 0, receipt_window: 1e9 }],
    ['min_ratio', { tee_mode: 'disabled', min_ratio: -1 }],
    ['tee_mode', { min_ratio: 0, tee_mode: 'pretended' }],
  ] as const)
    expect(await (await change(body)).json()).toMatchObject({ status: 400, code: 'bad_request', field });
  expect((await change({ min_ratio: 0 }, { origin: 'http://rebound.example' })).status).toBe(403);
  expect(await configuration()).toEqual(before);
  expect((await change({ min_ratio: 0.125 })).status).toBe(200);
  expect(await configuration()).toMatchObject({ min_ratio: 0.125 });
});

test('nothing secret is in the log', async () => {
  const { private_key: secret = '' } = await post(dev, '/keygen', {});
  expect(secret).toHaveLength(44);
  expect(dev.log()).toContain('"route":"/keygen"');
  for (const one of [secret, TOKEN]) expect(dev.log()).not.toContain(one);
});
