import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import type { ServiceEnv } from './answer-headers.ts';
import { type ServeOptions, serveApp } from './serve-app.ts';

const app = new Hono<ServiceEnv>()
  .get('/', (context) => context.text(context.get('requestId')))
  .get('/page', (context) => context.html('<p>', 200, { 'content-security-policy': "default-src 'self'" }))
  .post('/json', async (context) => context.json(await context.req.json()))
  .put('/json', (context) => context.text('put'))
  .get('/fault/:id', () => {
    throw new Error('hunter2 in a message');
  })
  .get('/refused', () => {
    throw new HTTPException(403, { message: 'Not for you.' });
  })
  .get('/problem', () => {
    throw new Problem('bad_request', 'nonce: expected hex', { field: 'nonce' });
  });

interface Asked {
  readonly lines: readonly string[];
  ask(path: string, init?: RequestInit): Promise<Response>;
}

async function served(options: Partial<ServeOptions> = {}): Promise<Asked> {
  const lines: string[] = [];
  const log = { write: (line: string) => void lines.push(line) };
  const service = await serveApp(app, { place: { host: '127.0.0.1', port: 0 }, log, ...options });
  onTestFinished(() => service.close());
  return { lines, ask: (path, init) => fetch(`${service.address}${path}`, init) };
}

describe('request ids', () => {
  test('a well-formed one is taken over, by the handler and by the answer', async () => {
    const { ask } = await served();
    const answer = await ask('/', { headers: { 'x-request-id': 'trace-1.a_B' } });
    expect(answer.headers.get('x-request-id')).toBe('trace-1.a_B');
    expect(await answer.text()).toBe('trace-1.a_B');
  });

  test.each(['', 'a b', '{"a":1}', 'a'.repeat(65)])('%j is replaced', async (given) => {
    const { ask } = await served({ newRequestId: () => 'made-here' });
    const answer = await ask('/', { headers: { 'x-request-id': given } });
    expect(answer.headers.get('x-request-id')).toBe('made-here');
  });

  test('a problem names it', async () => {
    const { ask } = await served({ newRequestId: () => 'made-here' });
    expect(await (await ask('/nothing')).json()).toMatchObject({ requestId: 'made-here' });
  });
});

describe('failures are problem+json', () => {
  const post = (body: string): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });

  test.each([
    ['a path that nobody serves', '/nothing', {}, 404, 'not_found'],
    ['a method that its path is not served with', '/json', {}, 405, 'method_not_allowed'],
    ['malformed JSON', '/json', post('{"a":hunter2'), 400, 'bad_request'],
    ['an HTTPException', '/refused', {}, 403, 'forbidden'],
    ['a fault', '/fault/1', {}, 500, 'internal'],
    ['a Problem', '/problem', {}, 400, 'bad_request'],
  ])('%s', async (_, path, init, status, code) => {
    const { ask } = await served();
    const answer = await ask(path, init);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const document = await answer.json();
    expect(document).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(document)).not.toContain('hunter2');
  });

  test('405 says which methods there are', async () => {
    const { ask } = await served();
    expect((await ask('/json')).headers.get('allow')).toBe('POST, PUT');
    expect((await ask('/', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
  });
});

test('browsers are told to do nothing with an answer, unless it says otherwise', async () => {
  const { ask } = await served();
  for (const path of ['/', '/nothing', '/fault/1']) {
    const { headers } = await ask(path);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
  expect((await ask('/page')).headers.get('content-security-policy')).toBe("default-src 'self'");
});

describe('log', () => {
  test('has one line for a request, of the fields that are allowed', async () => {
    const { ask, lines } = await served({ now: () => new Date('2026-01-02T03:04:05Z'), newRequestId: () => 'id' });
    await ask('/problem?token=hunter2', { headers: { authorization: 'Bearer hunter2', cookie: 'a=hunter2' } });
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      {
        level: 30,
        time: '2026-01-02T03:04:05.000Z',
        requestId: 'id',
        method: 'GET',
        route: '/problem',
        status: 400,
        ms: 0,
        code: 'bad_request',
        msg: 'request',
      },
    ]);
  });

  test('says where a fault happened, without its message or anything of the request', async () => {
    const { ask, lines } = await served();
    await ask('/fault/hunter2?a=hunter2');
    await ask('/json', { method: 'POST', body: 'hunter2' });
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 50,
      route: '/fault/:id',
      fault: { name: 'Error', at: [expect.stringContaining('service.test.ts'), ...Array(7).fill(expect.any(String))] },
    });
    expect(lines.join('')).not.toContain('hunter2');
  });
});

test('a peer that asks too often is refused until its bucket fills', async () => {
  let now = 0;
  const { ask } = await served({ now: () => new Date(now), rate: { burst: 2, perSecond: 0.5, peers: 10 } });
  const status = async (): Promise<number> => (await ask('/')).status;
  expect([await status(), await status()]).toEqual([200, 200]);
  const refused = await ask('/');
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(await refused.json()).toMatchObject({ code: 'too_many_requests', status: 429 });
  now += 2_000;
  expect([await status(), await status()]).toEqual([200, 429]);
});
