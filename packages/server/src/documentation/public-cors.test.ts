import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Problem, problemOf, problemResponse } from '../problem/problem.ts';
import { type ServeOptions, serveApp } from '../service/serve-app.ts';
import { publicCors } from './public-cors.ts';

const sub = new Hono();
sub.get('/refused', () => {
  throw new Problem('too_many_requests', 'later', { headers: { 'retry-after': '3' } });
});
sub.onError((error) => problemResponse(problemOf(error)));
const app = new Hono().route('/', sub);
app.get('/thing', (c) => c.json({}));
app.options('/thing', () => new Response(null, { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } }));
app.get('/fault', () => {
  throw new Error('a fault');
});
app.get('/elsewhere', () => Response.redirect('https://elsewhere.example/'));

const origin = 'https://page.example';

async function ask(path: string, init?: RequestInit, more: Partial<ServeOptions> = {}): Promise<Response> {
  const place = { host: '127.0.0.1', port: 0 };
  const service = await serveApp(app, { place, log: { write: () => undefined }, outer: publicCors(), ...more });
  onTestFinished(() => service.close());
  return fetch(`${service.address}${path}`, { redirect: 'manual', ...init });
}

/** What a page of another origin may do with an answer. */
const rightsIn = ({ headers }: Response) => ({
  origin: headers.get('access-control-allow-origin'),
  headers: headers.get('access-control-expose-headers'),
  credentials: headers.has('access-control-allow-credentials'),
});
const ALL = { origin: '*', headers: 'x-request-id,retry-after', credentials: false };

describe('every answer may be read by pages of every origin', () => {
  test.each([
    ['/thing', 200],
    ['/elsewhere', 302],
    ['/refused', 429],
    ['/fault', 500],
    ['/nothing', 404],
  ])('of %s (%i)', async (path, status) => {
    const answer = await ask(path, { headers: { origin } });
    expect([answer.status, rightsIn(answer)]).toEqual([status, ALL]);
  });

  test('of a service that is asked too often', async () => {
    const answer = await ask('/thing', { headers: { origin } }, { rate: { burst: 0, perSecond: 1, peers: 1 } });
    expect([answer.status, rightsIn(answer)]).toEqual([429, ALL]);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  test('of a body that is too long', async () => {
    const answer = await ask(
      '/thing',
      { method: 'POST', body: '12', headers: { origin } },
      { limits: { bodyBytes: 1 } },
    );
    expect([answer.status, rightsIn(answer)]).toEqual([413, ALL]);
  });

  test('also where a cache keeps what a program without an origin asked for', async () => {
    expect((await ask('/thing')).headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('OPTIONS', () => {
  const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

  test('of a preflight says what is allowed', async () => {
    const answer = await ask('/thing', { method: 'OPTIONS', headers: asked });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET,HEAD,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '86400',
    });
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each([
    ['without an origin', { 'access-control-request-method': 'POST' }],
    ['that asks for no method', { origin }],
    ['that is plain', {}],
  ])('%s is for the app to answer', async (_, headers) => {
    const answer = await ask('/thing', { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(answer.headers.has('access-control-allow-methods')).toBe(false);
  });
});
