import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createMetrics, createMetricsApp } from './metrics.ts';
import { type ServedApp, type ServeOptions, serveApp, type Timer } from './serve-app.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const NO_LOG = { write: () => undefined };

async function served(app: Hono, options: Partial<ServeOptions> = {}): Promise<ServedApp> {
  const service = await serveApp(app, { place: LOOPBACK, log: NO_LOG, ...options });
  onTestFinished(() => service.close());
  return service;
}

/** An app whose one answer waits until it is let go. */
function waiting(): { readonly app: Hono; readonly asked: Promise<void>; readonly letGo: () => void } {
  const asked = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  const app = new Hono();
  app.get('/', async (context) => {
    asked.resolve();
    await open.promise;
    return context.text('done');
  });
  return { app, asked: asked.promise, letGo: open.resolve };
}

/** A timer that runs out when told to. */
function handTimer(): { readonly timer: Timer; readonly asked: number[]; readonly runOut: () => void } {
  const asked: number[] = [];
  let act = (): void => undefined;
  return {
    timer: (given, milliseconds) => {
      asked.push(milliseconds);
      act = given;
      return () => {
        act = () => undefined;
      };
    },
    asked,
    runOut: () => act(),
  };
}

describe('close', () => {
  test('a request under way is answered, its connection ends, and nobody new gets in', async () => {
    const { app, asked, letGo } = waiting();
    const service = await served(app);
    const idle = connect(Number(new URL(service.address).port), '127.0.0.1');
    await once(idle, 'connect');
    const answer = fetch(service.address);
    await asked;
    const closed = service.close();
    await expect(fetch(service.address)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await once(idle.on('error', () => undefined).resume(), 'close');
    letGo();
    const { status, headers } = await answer;
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
    await closed;
  });

  test('what does not finish is cut after 10 seconds', async () => {
    const { app, asked } = waiting();
    const { timer, asked: times, runOut } = handTimer();
    const service = await served(app, { timer });
    const answer = fetch(service.address);
    await asked;
    const closed = service.close();
    expect(times).toEqual([10_000]);
    runOut();
    await expect(answer).rejects.toThrow('fetch failed');
    await closed;
  });

  test('closing twice is closing once', async () => {
    const { timer, asked } = handTimer();
    const service = await served(new Hono(), { timer });
    await Promise.all([service.close(), service.close()]);
    expect(asked).toHaveLength(1);
  });
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'assay-service-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Leaves a socket behind as a service does that is killed. */
async function leaveStale(socket: string): Promise<void> {
  const source = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await once(execFile(process.execPath, ['-e', source, socket]), 'exit');
  expect((await stat(socket)).isSocket()).toBe(true);
}

/** The status of `GET /` on a Unix socket. */
async function statusAt(socketPath: string): Promise<number | undefined> {
  const asked = request({ socketPath, path: '/', agent: false }).end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

describe('Unix socket', () => {
  const app = new Hono();
  app.get('/', (context) => context.text('here'));

  test('is served with the mode asked for, and gone after close', async () => {
    const socket = join(await folder(), 's');
    const service = await served(app, { place: { socket, mode: 0o600 } });
    expect(service.address).toBe(socket);
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect(await statusAt(socket)).toBe(200);
    await service.close();
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that nobody listens on any more is replaced', async () => {
    const socket = join(await folder(), 's');
    await leaveStale(socket);
    await served(app, { place: { socket } });
    expect((await stat(socket)).mode & 0o777).toBe(0o660);
    expect(await statusAt(socket)).toBe(200);
  });

  test('that somebody listens on is left alone', async () => {
    const socket = join(await folder(), 's');
    await served(app, { place: { socket } });
    await expect(served(app, { place: { socket } })).rejects.toThrow('another service listens here');
    expect(await statusAt(socket)).toBe(200);
  });

  test('a file in its place is left alone', async () => {
    const socket = join(await folder(), 's');
    await writeFile(socket, 'precious');
    await expect(served(app, { place: { socket } })).rejects.toThrow('expected a socket or nothing');
    expect((await stat(socket)).size).toBe(8);
  });
});

async function selfSigned(): Promise<{ readonly key: string; readonly certificate: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), certificate: certificate.toString('pem') };
}

test('TLS: the certificate given is served, to those who speak TLS', async () => {
  const tls = await selfSigned();
  const app = new Hono();
  app.get('/', (context) => context.text(new URL(context.req.url).protocol));
  const service = await served(app, { tls });
  const { port } = new URL(service.address);
  const asked = tlsRequest({ host: '127.0.0.1', port, servername: 'localhost', ca: tls.certificate, agent: false });
  const [response] = await once(asked.end(), 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  expect(text).toBe('https:');
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
});

test('TLS: who connects and never speaks it keeps nobody out', async () => {
  const tls = await selfSigned();
  const app = new Hono();
  app.get('/', (context) => context.text('here'));
  const service = await served(app, { tls, limits: { connections: 2 } });
  const { port } = new URL(service.address);
  const [first, second] = [connect(Number(port), '127.0.0.1'), connect(Number(port), '127.0.0.1')];
  const gone = once(first, 'close');
  await Promise.all([first, second].map((socket) => once(socket, 'connect')));
  const asked = tlsRequest({ host: '127.0.0.1', port, servername: 'localhost', ca: tls.certificate, agent: false });
  const [response] = await once(asked.end(), 'response');
  expect(response.statusCode).toBe(200);
  response.resume();
  await gone;
  second.destroy();
});

test('metrics are served on a listener of their own', async () => {
  const metrics = createMetrics();
  const app = new Hono();
  app.get('/things/:id', (context) => context.text('here'));
  const service = await served(app, { metrics });
  const watch = await served(createMetricsApp(metrics));
  await (await fetch(`${service.address}/things/7?secret=1`)).text();
  expect((await fetch(`${service.address}/metrics`)).status).toBe(404);
  const text = await (await fetch(`${watch.address}/metrics`)).text();
  expect(text).toContain('assay_http_requests_total{method="GET",route="/things/:id",status="200"} 1');
});

test('metrics count the connections that are open', async () => {
  const metrics = createMetrics();
  const open = async (): Promise<string | undefined> =>
    /^assay_http_connections (.*)$/m.exec(await metrics.registry.metrics())?.[1];
  const service = await served(new Hono(), { metrics });
  const socket = connect(Number(new URL(service.address).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(socket, 'data');
  expect(await open()).toBe('1');
  socket.destroy();
  await expect.poll(open).toBe('0');
});
