import type { AddressInfo } from 'node:net';
import { fromUtf8 } from '@assay/verify/codec';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attestAnswers } from './attest-answers.ts';
import { parseAnswer } from './document.ts';

/** Claims of the statements that were asked for, over connections of Node. */
const asked: unknown[] = [];
const app = new Hono();
app.use(
  attestAnswers({
    maxBody: 100_000,
    batcher: {
      async issue({ claims }) {
        asked.push(claims);
        return { evidence: Uint8Array.of(1) };
      },
    },
  }),
);
app.post('/echo', async (c) => c.json(await c.req.json()));
app.get('/*', (c) => c.text(c.req.path));

const server = createAdaptorServer({ fetch: app.fetch });
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const pieces = (...texts: readonly string[]): ReadableStream<Uint8Array> =>
  ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)));

test('a body in pieces is hashed whole, and the handler parses it', async () => {
  const body = pieces('[ 1', ',', ` "${'a'.repeat(90_000)}" ]`);
  const response = await fetch(`${base}/echo?attest=true`, { method: 'POST', body, duplex: 'half' });
  const { status, body: echoed } = parseAnswer(await response.text());
  expect([status, JSON.parse(fromUtf8(echoed, 'body'))]).toEqual([200, [1, 'a'.repeat(90_000)]]);
});

test('a body in pieces that is too large is refused', async () => {
  const body = pieces('a'.repeat(60_000), 'a'.repeat(60_000));
  const response = await fetch(`${base}/echo?attest=true`, { method: 'POST', body, duplex: 'half' });
  expect([response.status, await response.json()]).toMatchObject([413, { code: 'body_too_large' }]);
});

test('the target is what the client of the platform sends: path and query of its URL', async () => {
  const url = new URL(`${base}/a b/../ä%2f?attest=1&q=%41 b#part`);
  await fetch(url);
  expect(asked.at(-1)).toMatchObject({ method: 'GET', target: url.pathname + url.search });
});

test('HEAD is refused', async () => {
  const { status } = await fetch(`${base}/?attest=true`, { method: 'HEAD' });
  expect(status).toBe(406);
});
