import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Problem, problemOf, problemResponse } from '../problem/problem.ts';
import { serveApp } from '../service/serve-app.ts';
import { publicCors } from './public-cors.ts';

const sub = new Hono();
sub.get('/refused', () => {
  throw new Problem('too_many_requests', 'later', { headers: { 'retry-after': '3' } });
});
sub.onError((error) => problemResponse(problemOf(error)));
const app = new Hono().use(publicCors()).route('/', sub);
app.get('/thing', (c) => c.json({}));
app.options('/thing', () => new Response(null, { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } }));
app.get('/fault', () => {
  throw new Error('a fault');
});
app.get('/elsewhere', () => Response.redirect('https://elsewhere.example/'));

const origin = 'https://page.example';

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const service = await serveApp(app, { place: { host: '127.0.0.1', port: 0 }, log: { write: () => undefined } });
  onTestFinished(() => service.close());
  return fetch(`${service.address}${path}`, { redirect: 'manual', ...init });
}

describe('every answer may be read by pages of every origin', () => {
  test.each([
    ['/thing', 200],
    ['/elsewhere', 302],
    ['/refused', 429],
    ['/fault', 500],
    ['/nothing', 404],
  ])('of %s (%i)', async (path, status) => {
    const { headers, ...answer } = await ask(path, { headers: { origin } }).then((response) => ({
      status: response.status,
      headers: response.headers,
    }));
    expect(answer.status).toBe(status);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toBe('x-request-id,retry-after');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
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
