import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { localService, type Routes } from '../../../../../tools/local-service.ts';
import { type DownloadOptions, download } from './download.ts';

/** Waits are noted, not waited. */
function limits(options: Partial<DownloadOptions> = {}) {
  const waits: number[] = [];
  const reports: string[] = [];
  const base: DownloadOptions = {
    field: '--from',
    sleep: async (milliseconds) => void waits.push(milliseconds),
    now: () => new Date('2026-01-01T00:00:00Z'),
    report: (message) => void reports.push(message),
  };
  return { waits, reports, options: { ...base, ...options } };
}

async function fetched(routes: Routes, options: Partial<DownloadOptions> = {}) {
  await using service = await localService(routes);
  const { waits, reports, options: all } = limits(options);
  const outcome = await download(new URL(`${service.origin}/a?q=1`), all).then(
    ({ status, bytes }) => ({ status, text: Buffer.from(bytes).toString() }),
    (error: Error & { code?: string }) => ({ error: error.message, code: error.code }),
  );
  return { outcome, waits, reports, requests: service.requests };
}

test('an answer is fetched once, with its query', async () => {
  const { outcome, requests, waits } = await fetched({ '/a': { body: 'hello' } });
  expect(outcome).toEqual({ status: 200, text: 'hello' });
  expect(requests).toEqual(['/a?q=1']);
  expect(waits).toEqual([]);
});

test.each([408, 429, 500, 502, 503])('%i is tried again, with growing pauses', async (status) => {
  const { outcome, waits, reports } = await fetched({ '/a': [{ status }, { status }, { body: 'late' }] });
  expect(outcome).toEqual({ status: 200, text: 'late' });
  expect(waits).toEqual([500, 1000]);
  expect(reports[0]).toContain(`answered ${status}`);
});

test('attempts are bounded', async () => {
  const { outcome, requests } = await fetched({ '/a': { status: 503 } });
  expect(outcome).toMatchObject({ code: 'unavailable', error: expect.stringContaining('answered 503') });
  expect(requests).toHaveLength(4);
});

test.each([
  ['seconds', '7', 7000],
  ['a date', 'Thu, 01 Jan 2026 00:00:09 GMT', 9000],
  ['a date that has passed', 'Thu, 01 Jan 2025 00:00:00 GMT', 0],
  ['nonsense', 'soon', 500],
])('Retry-After as %s is kept to', async (_form, header, wait) => {
  const { waits } = await fetched({ '/a': [{ status: 429, headers: { 'retry-after': header } }, { body: '' }] });
  expect(waits).toEqual([wait]);
});

test('a Retry-After that is too long is not waited for', async () => {
  const { outcome, waits } = await fetched({ '/a': { status: 429, headers: { 'retry-after': '3600' } } });
  expect(outcome).toMatchObject({ error: expect.stringContaining('3600 s of patience') });
  expect(waits).toEqual([]);
});

test.each([
  [400, 'the request is not one'],
  [401, 'wants a key'],
  [404, 'does not have it'],
  [410, 'number is too old'],
  [418, 'answered 418'],
])('%i is final', async (status, reason) => {
  const { outcome, requests } = await fetched({ '/a': { status } });
  expect(outcome).toMatchObject({ code: 'unavailable', error: expect.stringContaining(reason) });
  expect(requests).toHaveLength(1);
});

test('a status that the caller accepts is an answer', async () => {
  const { outcome } = await fetched({ '/a': { status: 404, body: 'none' } }, { accept: [404] });
  expect(outcome).toEqual({ status: 404, text: 'none' });
});

test('redirects on the same host are followed, a few', async () => {
  const to = (location: string) => ({ status: 302, headers: { location } });
  expect((await fetched({ '/a': to('/b'), '/b': to('c'), '/c': { body: 'there' } })).outcome).toEqual({
    status: 200,
    text: 'there',
  });
  expect((await fetched({ '/a': to('/a') })).outcome).toMatchObject({ error: expect.stringContaining('redirects') });
});

test.each(['https://example.org/', 'http://localhost:1/a', '//example.org/a', 'file:///etc/passwd'])(
  'a redirect to %s is refused, and nobody asks there',
  async (location) => {
    const { outcome, requests } = await fetched({ '/a': { status: 301, headers: { location } } });
    expect(outcome).toMatchObject({ code: 'unavailable', error: expect.stringContaining('refused') });
    expect(requests).toEqual(['/a?q=1']);
  },
);

test('a redirect to another port of the same address is to another host', async () => {
  await using other = await localService({ '/a': { body: 'stolen' } });
  const { outcome } = await fetched({ '/a': { status: 307, headers: { location: `${other.origin}/a` } } });
  expect(outcome).toMatchObject({ error: expect.stringContaining('another host') });
  expect(other.requests).toEqual([]);
});

test('a redirect without an address is refused', async () => {
  const { outcome } = await fetched({ '/a': { status: 302 } });
  expect(outcome).toMatchObject({ error: expect.stringContaining('without an address') });
});

test('a body larger than the limit is refused while it comes', async () => {
  const endless: Routes = {
    '/a': (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once('drain', more);
      };
      response.writeHead(200);
      more();
    },
  };
  const { outcome } = await fetched(endless, { maxBytes: 100_000 });
  expect(outcome).toMatchObject({ code: 'unavailable', error: expect.stringContaining('larger than 100000 bytes') });
});

test('a compressed body counts as what it unfolds to', async () => {
  const body = gzipSync(Buffer.alloc(10_000_000));
  const { outcome } = await fetched({ '/a': { headers: { 'content-encoding': 'gzip' }, body } });
  expect(outcome).toMatchObject({ error: expect.stringContaining('larger than') });
});

test('a body that stops coming is given up, and tried again', async () => {
  const stalled: Routes = {
    '/a': [
      (_request, response) => void response.writeHead(200, { 'content-length': '10' }).write('half'),
      { body: 'ok' },
    ],
  };
  const { outcome, reports } = await fetched(stalled, { timeout: 50 });
  expect(outcome).toEqual({ status: 200, text: 'ok' });
  expect(reports[0]).toContain('no complete answer within 0.05 s');
});

test('a connection that breaks off is tried again', async () => {
  const broken: Routes = { '/a': [(request) => void request.socket.destroy(), { body: 'ok' }] };
  const { outcome, reports } = await fetched(broken);
  expect(outcome).toEqual({ status: 200, text: 'ok' });
  expect(reports[0]).toContain('no connection');
});

test('nobody at the address is unavailable', async () => {
  const { options } = limits();
  const free = await localService({});
  await free[Symbol.asyncDispose]();
  await expect(download(new URL(`${free.origin}/a`), options)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});
