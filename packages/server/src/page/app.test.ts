import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawExchange, rawRequest } from '../../../../tools/raw-http.ts';
import { appOf, mounted } from '../service/mounted.ts';
import { type ServedApp, serveApp } from '../service/serve-app.ts';
import { createPageApp } from './app.ts';
import { createFrontDoor } from './front-door.ts';

const POLICY = "default-src 'none'; script-src 'self'";
const SCRIPT = 'assets/index-dU4pcSqC.js';

let directory: string;
let service: ServedApp;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assay-page-'));
  await mkdir(join(directory, 'page/assets'), { recursive: true });
  await mkdir(join(directory, 'page/folder.js'));
  const files = {
    'page/index.html': '<!doctype html>',
    [`page/${SCRIPT}`]: 'export {}',
    'page/icon.svg': '<svg/>',
    'page/notes.txt': 'of nobody',
    'page/.hidden.js': 'of nobody',
    'secret.js': 'of nobody',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  service = await serve('page');
});
afterAll(async () => {
  await service.close();
  await rm(directory, { recursive: true });
});

/** The page in a service, as it is served. */
function serve(folder: string): Promise<ServedApp> {
  const base = pathToFileURL(directory).href;
  const page = createPageApp({ at: '/explorer', folder: new URL(`${base}/${folder}/`), contentSecurityPolicy: POLICY });
  const options = { place: { host: '127.0.0.1', port: 0 }, log: { write: () => undefined }, newRequestId: () => 'id' };
  return serveApp(page, options);
}
const get = (path: string, init: RequestInit = {}) =>
  fetch(`${service.address}${path}`, { redirect: 'manual', ...init });

describe('GET /explorer/', () => {
  test('is the page, under its own policy, asked for again each time', async () => {
    const answer = await get('/explorer/');
    expect([answer.status, await answer.text()]).toEqual([200, '<!doctype html>']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  test('is not sent twice while it stays the same, and keeps its policy', async () => {
    const etag = (await get('/explorer/')).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\w{40}"$/);
    const again = await get('/explorer/', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('cache-control')).toBe('no-cache');
    expect(again.headers.get('content-security-policy')).toBe(POLICY);
    expect((await get('/explorer/', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('is where the path without a slash leads to, by a relative address', async () => {
    const answer = await get('/explorer');
    expect([answer.status, answer.headers.get('location')]).toEqual([308, './explorer/']);
  });
});

test('a file with its hash in its name is kept for good, any other is asked for again', async () => {
  const script = await get(`/explorer/${SCRIPT}`);
  expect([script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ]);
  expect((await get('/explorer/icon.svg')).headers.get('cache-control')).toBe('no-cache');
});

test('HEAD says the same without a body; other methods are refused', async () => {
  const head = await get(`/explorer/${SCRIPT}`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    '',
  ]);
  const post = await get('/explorer/', { method: 'POST' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test.each([
  ['a path that leads out', '/explorer/../secret.js'],
  ['one that is encoded', '/explorer/%2e%2e/secret.js'],
  ['one in disguise', '/explorer/..%2fsecret.js'],
  ['one with a backslash', '/explorer/..%5csecret.js'],
  ['one behind a folder', '/explorer/assets/..%2f..%2fsecret.js'],
  ['an address', '/explorer//etc/passwd.js'],
  ['an address of a scheme', '/explorer/file:%2f%2f%2fetc/passwd.js'],
  ['NUL', '/explorer/index.html%00.js'],
  ['a hidden file', '/explorer/.hidden.js'],
  ['a file of another type', '/explorer/notes.txt'],
  ['a folder', '/explorer/assets'],
  ['a folder with the name of a file', '/explorer/folder.js'],
  ['a file that is not there', '/explorer/assets/index-00000000.js'],
  ['what is no percent-encoding', '/explorer/%zz.js'],
])('%s is not found', async (_name, path) => {
  // Not by fetch, which resolves `..` itself.
  const answer = await rawExchange(service, rawRequest(path));
  expect(answer).toMatch(/^HTTP\/1\.1 404 .*\r\ncontent-type: application\/problem\+json\r\n/s);
  expect(answer).not.toContain('of nobody');
});

test('where the page was not built, it says what to do', async () => {
  await using nowhere = await serve('nowhere');
  const answer = await fetch(`${nowhere.address}/explorer/`);
  expect(await answer.json()).toMatchObject({
    status: 404,
    code: 'not_found',
    detail: '/explorer: the page was not built into this service; `npm run build` in a checkout builds it',
    requestId: 'id',
  });
});

describe('the front door', () => {
  const behind = appOf(() => new Response('for programs'));
  const ask = (accept: string) =>
    mounted([createFrontDoor('/explorer/'), behind]).request('/', { headers: { accept } });

  test('leads browsers to the page', async () => {
    const answer = await ask('text/html,*/*;q=0.8');
    expect([answer.status, answer.headers.get('location'), answer.headers.get('vary')]).toEqual([
      302,
      '/explorer/',
      'accept',
    ]);
  });

  test('lets programs through to what is behind it', async () => {
    expect(await (await ask('*/*')).text()).toBe('for programs');
  });
});
