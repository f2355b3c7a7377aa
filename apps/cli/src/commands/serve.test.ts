import { createHash, randomBytes, type X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { makeRaTlsCertificate, type ServedCertificate } from '@assay/server';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type RunningService, startService } from '../../../../tools/service-in-process.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';
import { serveAttester } from './serve.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const HERE = { host: '127.0.0.1', port: '0', json: true } as const;
const serve = (flags: object, env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
  startService((io, stop) => serveAttester({ ...HERE, ...flags }, io, stop), env);

const jsonOf = async (url: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const answer = await fetch(url);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Asks over TLS that nobody vouches for yet: the evidence does, which is what is asked for. */
const insecurely = async (url: string): Promise<{ readonly body: string; readonly certificate: X509Certificate }> => {
  const [answer] = (await once(https.get(url, { rejectUnauthorized: false, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  const certificate = (answer.socket as TLSSocket).getPeerX509Certificate();
  if (certificate === undefined) throw new Error('no certificate');
  return { body: (await answer.toArray()).join(''), certificate };
};

/** Places where no attester is. */
const NOWHERE = {
  ASSAY_GRAMINE_PATH: '/none/gramine',
  ASSAY_CONFIDENTIAL_SPACE_SOCKET: '/none/teeserver.sock',
  DSTACK_SIMULATOR_ENDPOINT: '/none/dstack.sock',
  TDX_ATTESTATION_PROXY_URL: '/none/proxy.sock',
  ASSAY_TSM_PATH: '/none/tsm',
};

describe('outside of a TEE', () => {
  test('it serves all the same, is healthy, and says what it looked for', async () => {
    await using service = await serve({ name: 'shop', version: '1.2.3', buildInfo: 'abc' }, NOWHERE);
    expect(service.document).toMatchObject({ schema: 'assay.service/1', service: 'attester', evidence: null });
    const at = service.at('attester');
    expect(await jsonOf(`${at}/info`)).toEqual({
      status: 200,
      body: { version: '1.2.3', name: 'shop', build_info: 'abc' },
    });
    expect((await jsonOf(`${at}/health`)).status).toBe(200);
    for (const path of ['/ready', '/attestation', `/attestation?nonce=${'0f'.repeat(32)}`]) {
      const { status, body } = await jsonOf(at + path);
      expect([path, status, body.code]).toEqual([path, 503, 'not_in_tee']);
      for (const place of Object.values(NOWHERE)) expect(body.detail).toContain(place);
    }
  });

  test('what comes to work while it runs makes evidence', async () => {
    const directory = folder.path('late');
    const env = { ...NOWHERE, DSTACK_SIMULATOR_ENDPOINT: `${directory}/dstack.sock` };
    await using service = await serve({}, env);
    const at = service.at('attester');
    expect((await jsonOf(`${at}/attestation`)).status).toBe(503);
    await using _simulation = await startSimulation('dstack', { directory });
    await expect
      .poll(async () => (await jsonOf(`${at}/attestation`)).status, { timeout: 20_000, interval: 250 })
      .toBe(200);
    expect(Object.keys((await jsonOf(`${at}/attestation`)).body)).toEqual(['quote', 'eventLog', 'vmConfig']);
  }, 40_000);
});

describe('on dstack', () => {
  let simulation: Simulation;
  let service: RunningService;
  beforeAll(async () => {
    simulation = await startSimulation('dstack', { directory: folder.path('dstack') });
    const from = simulation.document.services.find(({ name }) => name === 'Intel PCS v4')?.at ?? '';
    const flags = { name: 'oauth3', version: '0.1.0', collateralFrom: from, metricsPort: '0' };
    service = await serve(flags, simulation.document.environment);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await simulation.stop();
  });

  test('it says so, and where', () => {
    expect(service.document).toMatchObject({ evidence: 'dstack' });
    expect(service.document.listens.map(({ name }) => name)).toEqual(['attester', 'metrics']);
  });

  test("fresh evidence has the vendor's word with it: assay verify needs no other file", async () => {
    const nonce = randomBytes(32).toString('hex');
    const evidence = await (await fetch(`${service.at('attester')}/attestation?nonce=${nonce}`)).text();
    const policy = await readFile(folder.path('dstack/policies/dstack.yaml'), 'utf8');
    const batch = policy.replace('profile: "assay/1"', 'profile: assay/1-batch\n  claims: { name: oauth3 }');
    await folder.write({ 'evidence.json': evidence, 'batch.yaml': batch });
    const args = ['verify', folder.path('evidence.json'), '--policy', folder.path('batch.yaml'), '--json'];
    const trust = ['--root-ca', folder.path('dstack/roots/intel.pem'), '--allow-simulated'];
    const { exit, output, log } = await assayHere([...args, ...trust, '--nonce', nonce]);
    expect([exit, log]).toEqual([0, '']);
    expect(JSON.parse(output)).toMatchObject({ trusted: true, simulated: true, waived: [] });
    const other = await assayHere([...args, ...trust, '--nonce', '00'.repeat(32)]);
    expect([other.exit, JSON.parse(other.output).layers.fresh]).toEqual([1, 'fail']);
  });

  test('pages of other origins may ask, the documentation is there, and what is not is a problem', async () => {
    const at = service.at('attester');
    const asked = await fetch(`${at}/info`, { headers: { origin: 'https://elsewhere.example' } });
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(`${at}/docs`)).headers.get('content-type')).toContain('text/html');
    expect((await jsonOf(`${at}/openapi.json`)).body.openapi).toBe('3.1.0');
    expect((await jsonOf(`${at}/none`)).body.code).toBe('not_found');
    expect((await jsonOf(`${at}/evidences/`)).body.code).toBe('not_found');
    const wrong = await fetch(`${at}/info`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test('metrics are on another port, for this machine', async () => {
    const metrics = service.at('metrics');
    expect(metrics).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await (await fetch(metrics)).text()).toContain('assay_http_requests_total{method="GET",route="/info"');
    expect((await fetch(`${service.at('attester')}/metrics`)).status).toBe(404);
  });

  test('TLS with a self-made certificate: statements name its key, and /evidences/ its file', async () => {
    const env = simulation.document.environment;
    await using secure = await serve({ tls: 'self-made', metricsPort: 'off' }, env);
    const at = secure.at('attester');
    expect(at).toMatch(/^https:/);
    const nonce = randomBytes(32).toString('hex');
    const [{ body, certificate }, files] = await Promise.all([
      insecurely(`${at}/attestation?nonce=${nonce}`),
      insecurely(`${at}/evidences/`),
    ]);
    const { statement } = JSON.parse(body) as { statement: string };
    const said = JSON.parse(Buffer.from(statement, 'base64').toString()) as { keys: readonly object[] };
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    expect(said.keys).toEqual([{ use: 'tls', spkiSha256: sha256(spki) }]);
    expect(JSON.parse(files.body)).toEqual({ files: ['quote.json', 'cert-127.0.0.1.pem', 'sha256sum.txt'] });
  });
});

describe('with a certificate of its own', () => {
  let given: ServedCertificate;
  beforeAll(async () => {
    const vendor = await createIntelVendor({ randomBytes, now: new Date() });
    const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck: await issuePck(vendor) }));
    given = await makeRaTlsCertificate({ attester, clock: () => new Date(), names: ['app.example'] });
    await folder.write({ 'tls.pem': given.certificate, 'tls.key': given.key, 'other.key': 'SECRET' });
  });
  const files = { tlsCertificate: 'tls.pem', tlsKeyFile: 'tls.key' };
  const paths = (names: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(names).map(([name, file]) => [name, folder.path(file)]));

  test('statements name its key', async () => {
    await using simulation = await startSimulation('dstack');
    await using service = await serve(paths(files), simulation.document.environment);
    const { body } = await insecurely(`${service.at('attester')}/attestation?nonce=${'0f'.repeat(32)}`);
    const { statement } = JSON.parse(body) as { statement: string };
    expect(JSON.parse(Buffer.from(statement, 'base64').toString())).toMatchObject({
      keys: [{ use: 'tls', spkiSha256: given.spkiSha256 }],
    });
  });

  test('what is no key is refused before anything listens', async () => {
    const wrong = { ...files, tlsKeyFile: 'other.key' };
    await expect(serve(paths(wrong), NOWHERE)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^tlsKey: is no private key in PEM;/),
    });
  });
});

describe('its place', () => {
  test('that is taken is told by the option that names it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = assayHere(['serve', '--host', '127.0.0.1', '--port', String(port), '--json'], { env: NOWHERE });
    expect(await taken).toMatchObject({ exit: 2 });
    expect(JSON.parse((await taken).output)).toMatchObject({ code: 'usage', field: '--port' });
    await new Promise((resolve) => other.close(resolve));
  });

  test('is free again once it is told to stop, connections that wait or not', async () => {
    const service = await serve({}, NOWHERE);
    const { hostname, port } = new URL(service.at('attester'));
    const idle = connect(Number(port), hostname);
    await new Promise((resolve) => idle.once('connect', resolve));
    const closed = new Promise((resolve) => idle.once('close', resolve));
    expect(await service.stop()).toBe(0);
    await closed;
    await expect(fetch(service.at('attester'))).rejects.toThrow();
  });

  test('of metrics beyond the last port is refused', async () => {
    const { exit, log } = await assayHere(['serve', '--port', '65000'], { env: NOWHERE });
    expect([exit, log]).toEqual([2, 'assay: --metrics-port: there is no port 66000; name one, or say off\n']);
  });
});

test('--print-config says where each value is from, and no secret', async () => {
  await folder.write({ 'key.pem': 'TOP SECRET', 'assay.yaml': 'name: shop\naudiences: [https://a.example]\n' });
  const flags = ['--config', folder.path('assay.yaml'), '--port', '1', '--tls-key-file', folder.path('key.pem')];
  const { exit, output } = await assayHere(
    ['serve', 'attester', ...flags, '--tls-certificate', '/cert.pem', '--print-config'],
    { env: { ASSAY_HOST: '::1', PORT: '7' } },
  );
  expect(exit).toBe(0);
  expect(output).toContain('port: 1 # flag --port\n');
  expect(output).toContain('host: "::1" # variable ASSAY_HOST\n');
  expect(output).toContain(`name: "shop" # ${folder.path('assay.yaml')} line 1\n`);
  expect(output).not.toContain('TOP SECRET');
});
