import { createHash } from 'node:crypto';
import type { Batcher, StatementRequest } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { requestId } from 'hono/request-id';
import { expect, test } from 'vitest';
import type { ProblemDocument } from '../problem/problem.ts';
import { type AttestAnswersOptions, attestAnswers } from './attest-answers.ts';
import { parseAnswer } from './document.ts';

const nonce = '0a'.repeat(32);
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An app with the middleware, what its batcher was asked for, and how often its handler ran. */
function service(options: Partial<AttestAnswersOptions> = {}, ...before: readonly MiddlewareHandler[]) {
  const asked: StatementRequest[] = [];
  const issue: Batcher['issue'] = async (request) => {
    asked.push(request);
    return { evidence: Uint8Array.of(1) };
  };
  const app = new Hono();
  for (const handler of before) app.use(handler);
  app.use(attestAnswers({ batcher: { issue }, maxBody: 16, ...options }));
  const ran: string[] = [];
  app.use(async (c, next) => {
    ran.push(c.req.method);
    await next();
  });
  return { app, asked, ran };
}
const problemOf = async (response: Response): Promise<ProblemDocument> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  return (await response.json()) as ProblemDocument;
};

test('without the flag nothing changes', async () => {
  const { app, asked } = service();
  app.get('/', (c) => c.text('a text of more than 16 bytes', 200, { etag: '"1"' }));
  for (const query of ['', '?attest=false', '?attest', '?nonce=junk', '?other=attest%3Dtrue']) {
    const response = await app.request(`/${query}`);
    expect([await response.text(), response.headers.get('etag')]).toEqual(['a text of more than 16 bytes', '"1"']);
  }
  expect(asked).toEqual([]);
});

test('the statement names the request as it was received, and the exact answer', async () => {
  const { app, asked } = service({ audiences: ['a', 'b'] });
  app.post('/a b/:id', async (c) => c.text(`got ${await c.req.text()}`, 202));
  const target = `/a%20b/./x%2fy?q=%41&attest=1&nonce=${nonce}&aud=b`;
  const response = await app.request(target, { method: 'POST', body: 'tea' });
  const answered = parseAnswer(await response.text());
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect([answered.status, new TextDecoder().decode(answered.body)]).toEqual([202, 'got tea']);
  const claims = {
    method: 'POST',
    // The dot is gone before any handler sees it: clients and Request leave it out.
    target: target.replace('/./', '/'),
    status: 202,
    requestSha256: hashOf('tea'),
    bodySha256: hashOf('got tea'),
    contentType: 'text/plain; charset=UTF-8',
  };
  expect(asked).toEqual([{ type: 'response', nonce, aud: 'b', keys: [], claims }]);
});

test.each([
  ['json', async (request: { json(): Promise<unknown> }) => JSON.stringify(await request.json())],
  ['text', async (request: { text(): Promise<string> }) => request.text()],
] as const)('the handler reads the body again, as %s', async (_name, read) => {
  const { app } = service({}, bodyLimit({ maxSize: 100 }));
  app.post('/', async (c) => c.text(await read(c.req)));
  app.post('/raw', async (c) => c.text(await read(c.req.raw)));
  for (const path of ['/', '/raw']) {
    const response = await app.request(`${path}?attest=1`, { method: 'POST', body: '{"a":[1]}' });
    expect(new TextDecoder().decode(parseAnswer(await response.text()).body)).toBe('{"a":[1]}');
  }
});

test('headers of other middleware stay, those of the body that is wrapped go', async () => {
  const from = { headers: { origin: 'https://shop.example' } };
  const { app } = service({}, cors({ origin: 'https://shop.example' }));
  app.get('/', (c) => {
    c.header('set-cookie', 'a=1');
    return c.text('tea', 200, { etag: '"1"', 'content-length': '3', 'x-own': 'yes', 'cache-control': 'max-age=9' });
  });
  const { headers } = await app.request('/?attest=true', from);
  expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
  expect([headers.get('x-own'), headers.getSetCookie()]).toEqual(['yes', ['a=1']]);
  expect([headers.get('etag'), headers.get('content-length'), headers.get('cache-control')]).toEqual([
    ...[null, null, 'no-store'],
  ]);
  const refused = await app.request('/?attest=true&nonce=1', from);
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, 'https://shop.example']);
});

test('a preflight is none of its business', async () => {
  const { app, ran } = service();
  app.options('/', (c) => c.body(null, 204));
  expect((await app.request('/?attest=true', { method: 'OPTIONS' })).status).toBe(204);
  expect(ran).toEqual(['OPTIONS']);
});

test.each([
  ['nonce=0a', 'bad_request', 'nonce'],
  [`nonce=${'0a'.repeat(65)}`, 'bad_request', 'nonce'],
  [`nonce=${'0g'.repeat(16)}`, 'bad_request', 'nonce'],
  [`nonce=${nonce}0`, 'bad_request', 'nonce'],
  [`nonce=${nonce.toUpperCase()}`, 'bad_request', 'nonce'],
  ['nonce=', 'bad_request', 'nonce'],
  [`nonce=${nonce}&nonce=${nonce}`, 'bad_request', 'nonce'],
  ['attest=false', 'bad_request', 'attest'],
  ['aud=https://sts.googleapis.com', 'forbidden', 'aud'],
  ['aud=', 'forbidden', 'aud'],
])('%s is refused before the handler runs', async (query, code, field) => {
  const { app, ran } = service();
  app.get('/', (c) => c.text('tea'));
  expect(await problemOf(await app.request(`/?attest=true&${query}`))).toMatchObject({ code, field });
  expect(ran).toEqual([]);
});

test('a target that no statement can name, and HEAD, are refused before the handler runs', async () => {
  const { app, ran } = service();
  app.get('/', (c) => c.text('tea'));
  const long = await app.request(`/?attest=true&q=${'a'.repeat(8192)}`);
  expect(await problemOf(long)).toMatchObject({ code: 'bad_request', field: 'attest' });
  const head = await app.request('/?attest=true', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([406, '']);
  expect(ran).toEqual([]);
});

test('a request that is too large, or was read by somebody before, is refused before the handler runs', async () => {
  const reader: MiddlewareHandler = async (c, next) => {
    await c.req.text();
    await next();
  };
  for (const [before, body, code] of [
    [[], 'a'.repeat(17), 'body_too_large'],
    [[reader], 'tea', 'internal'],
  ] as const) {
    const { app, ran, asked } = service({}, ...before);
    app.post('/', (c) => c.text('tea'));
    expect(await problemOf(await app.request('/?attest=1', { method: 'POST', body }))).toMatchObject({ code });
    expect([ran, asked]).toEqual([[], []]);
  }
});

test.each([
  ['longer than allowed', () => new Response('a'.repeat(17)), /longer than 16 bytes/],
  ['a stream of events', () => new Response('data: 1', { headers: { 'content-type': 'text/event-stream' } }), /events/],
  ['encoded', () => new Response('tea', { headers: { 'content-encoding': 'gzip' } }), /gzip.*Accept-Encoding/],
  ['not modified', () => new Response(null, { status: 304 }), /If-None-Match/],
  ['a part', () => new Response('te', { status: 206 }), /Range/],
  ['a redirection', () => new Response(null, { status: 302, headers: { location: '/tea' } }), /status 302/],
])('an answer that is %s is not handed out', async (_name, answer, detail) => {
  const { app, asked } = service({}, requestId({ generator: () => 'r1' }));
  app.get('/', answer);
  const response = await app.request('/?attest=true');
  expect([response.headers.get('location'), response.headers.get('content-encoding')]).toEqual([null, null]);
  expect(await problemOf(response)).toMatchObject({
    ...{ code: 'not_acceptable', status: 406, field: 'attest', requestId: 'r1' },
    detail: expect.stringMatching(detail),
  });
  expect(asked).toEqual([]);
});

test('a body without end is called off at the limit', async () => {
  const { app } = service();
  const { promise: cancelled, resolve } = Promise.withResolvers<boolean>();
  const pull = (controller: ReadableStreamDefaultController): void => controller.enqueue(new Uint8Array(5));
  app.get('/', () => new Response(new ReadableStream({ pull, cancel: () => resolve(true) })));
  expect(await problemOf(await app.request('/?attest=true'))).toMatchObject({ code: 'not_acceptable' });
  expect(await cancelled).toBe(true);
});

test('a body that does not come is called off in time', async () => {
  const { app } = service({ timeoutMs: 5 });
  const { promise: cancelled, resolve } = Promise.withResolvers<boolean>();
  app.get('/', () => new Response(new ReadableStream({ cancel: () => resolve(true) })));
  app.post('/', (c) => c.text('tea'));
  expect(await problemOf(await app.request('/?attest=true'))).toMatchObject({ code: 'unavailable' });
  expect(await cancelled).toBe(true);
  const late = new Request('http://localhost/?attest=1', {
    ...{ method: 'POST', body: new ReadableStream(), duplex: 'half' },
  });
  expect(await problemOf(await app.request(late))).toMatchObject({ code: 'request_timeout' });
});

test('what the app refuses is attested; what fails passes as it is', async () => {
  const { app, asked } = service();
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('broken', 500)));
  app.get('/forbidden', () => {
    throw new HTTPException(403, { message: 'no' });
  });
  app.get('/broken', () => {
    throw new Error('the inside');
  });
  const refused = parseAnswer(await (await app.request('/forbidden?attest=true')).text());
  expect([refused.status, new TextDecoder().decode(refused.body)]).toEqual([403, 'no']);
  expect(parseAnswer(await (await app.request('/nowhere?attest=true')).text()).status).toBe(404);
  const failed = await app.request('/broken?attest=true');
  expect([failed.status, await failed.text(), asked.length]).toEqual([500, 'broken', 2]);
});

test.each([
  [new AssayError('unavailable', '1024 statements wait for a quote already; ask again later'), 'unavailable', /1024/],
  [new Error('the inside'), 'internal', /^(?!.*inside)/],
])('no quote, no answer: %s', async (error, code, detail) => {
  const { app } = service({ batcher: { issue: () => Promise.reject(error) } });
  app.get('/', (c) => c.text('secret'));
  const problem = await problemOf(await app.request('/?attest=true'));
  expect(problem).toMatchObject({ code, detail: expect.stringMatching(detail) });
  expect(JSON.stringify(problem)).not.toContain('secret');
});

test('more answers at once than allowed are refused, and there is room again after one', async () => {
  const { promise, resolve } = Promise.withResolvers<{ evidence: Uint8Array }>();
  const { app, ran } = service({ limit: 1, batcher: { issue: () => promise } });
  app.get('/', (c) => c.text('tea'));
  const first = app.request('/?attest=true');
  const second = await app.request('/?attest=true');
  expect([second.headers.get('retry-after'), (await problemOf(second)).code]).toEqual(['1', 'unavailable']);
  expect((await app.request('/')).status).toBe(200);
  resolve({ evidence: Uint8Array.of(1) });
  expect((await first).status).toBe(200);
  expect((await app.request('/?attest=true')).status).toBe(200);
  expect(ran.length).toBe(3);
});

test('a caller who has gone away waits for no quote', async () => {
  const gone = new AbortController();
  const { promise: calledOff, resolve } = Promise.withResolvers<boolean>();
  const issue: Batcher['issue'] = (_request, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        resolve(true);
        reject(signal.reason);
      });
      gone.abort();
    });
  const { app } = service({ batcher: { issue } });
  app.get('/', (c) => c.text('tea'));
  await app.request(new Request('http://localhost/?attest=true', { signal: gone.signal }));
  expect(await calledOff).toBe(true);
});
