import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { describe, test } from 'vitest';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Whether there is a Chromium to drive. */
export const hasChromium: boolean = executablePath !== undefined;

/** A suite that drives the page in Chromium; where there is none, one skipped test says so. */
export function describeInChromium(name: string, suite: () => void): void {
  if (hasChromium) describe(name, suite);
  else test.skip(`${name}: no Chromium: npm run setup:system`, () => undefined);
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The page, built anew into a folder of its own. */
export async function buildPage(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-explorer-'));
  const root = join(import.meta.dirname, '../apps/explorer');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir: folder } });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** A service beside the page on the same origin. */
export type Service = (request: Request) => Response | Promise<Response>;

/** A file server on loopback that has the page under `/explorer/`, and a service for all other paths. */
export async function servePage(
  folder: string,
  headers: Readonly<Record<string, string>>,
  service: Service = () => new Response(null, { status: 404 }),
): Promise<{ readonly origin: string } & AsyncDisposable> {
  const answer = async ({ method = 'GET', url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = new URL(url, 'http://loopback');
    const found = target.pathname.startsWith('/explorer/')
      ? await fileOf(folder, target.pathname.slice('/explorer/'.length))
      : await service(new Request(target, { method }));
    response.writeHead(found.status, { ...headers, ...Object.fromEntries(found.headers) });
    response.end(Buffer.from(await found.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function fileOf(folder: string, path: string): Promise<Response> {
  const file = resolve(folder, path === '' ? 'index.html' : path);
  if (!file.startsWith(`${folder}${sep}`) || !existsSync(file)) return new Response(null, { status: 404 });
  return new Response(new Uint8Array(await readFile(file)), {
    headers: { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' },
  });
}

/** Chromium without a sandbox of its own, as tests of containers have it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}

/** A page that is watched: what it asked for elsewhere, and what its policy forbade or its code threw. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Requests to other origins. */
  readonly outside: readonly string[];
  /** Violations of the policy, and errors. */
  readonly faults: readonly string[];
}

/** Opens the explorer of an origin in a context of its own. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const outside: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:blob|data):/.test(request.url())) outside.push(request.url());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // What a service answers is its own affair; the page's files must be there.
    const answer = message.text().startsWith('Failed to load') && !message.location().url.includes('/explorer/');
    if (message.type() === 'error' && !answer) faults.push(message.text());
  });
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error('violates ' + violatedDirective + ': ' + blockedURI);
    });`,
  });
  await page.goto(`${origin}/explorer/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, outside, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** A file as the page is given it. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/** Chooses files by the page's file field. */
export async function choose(page: Page, files: readonly GivenFile[], field = 'Files of evidence'): Promise<void> {
  await page
    .getByLabel(field, { exact: true })
    .first()
    .setInputFiles(
      files.map(({ name, bytes }) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) })),
    );
}
