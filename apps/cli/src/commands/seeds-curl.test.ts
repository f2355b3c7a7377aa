import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createTsmAttester } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createSoftwareTsm, createTsmFiles } from '@assay/simulate/node';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type RunningService, startService } from '../../../../tools/service-in-process.ts';
import { missingCommand, shell } from '../../../../tools/shell.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';
import { proxy } from './proxy.ts';
import { serveAttester } from './serve.ts';

// The commands of the documents of both systems, as they are typed there; AT is where the service is.

const missing = missingCommand('bash', 'curl', 'base64', 'sha256sum', 'dd', 'cmp');

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
  await folder.write({ '.keep': '' }, 'shell');
});
afterAll(() => folder[Symbol.asyncDispose]());

/** A service on a world that is simulated, and a shell that knows where it is. */
async function started(world: 'google' | 'dstack', flags: object) {
  const simulation = await startSimulation(world, { directory: folder.path(world) });
  const all = { host: '127.0.0.1', port: '0', metricsPort: 'off', json: true, ...flags };
  const service = await startService((io, stop) => serveAttester(all, io, stop), simulation.document.environment);
  const run = (script: string): Promise<string> =>
    shell(script, folder.path('shell'), { AT: service.at('attester'), NO_PROXY: '127.0.0.1' });
  return { simulation, service, run };
}

/** What the app on dstack answers. */
interface Seed {
  readonly quote: string;
  readonly eventLog: string;
  readonly vmConfig: string;
}

const failed = (output: string): readonly string[] =>
  JSON.parse(output).checks.flatMap(({ id, outcome }: { id: string; outcome: string }) =>
    outcome === 'fail' ? id : [],
  );

describe.skipIf(missing)(`seed 003, on Confidential Space${missing ? `: ${missing}` : ''}`, () => {
  const URL = 'http://enclave.example:8080';
  let simulation: Simulation;
  let service: RunningService;
  let run: (script: string) => Promise<string>;
  beforeAll(async () => {
    ({ simulation, service, run } = await started('google', { url: URL, version: '0.1.117' }));
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await simulation.stop();
  });
  const issuer = (): string => simulation.document.services.find(({ name }) => name === 'Google issuer')?.at ?? '';

  test('GET /: version and endpoints', async () => {
    expect(JSON.parse(await run('curl -sS $AT/'))).toMatchObject({
      version: '0.1.117',
      confidential_space_detected: true,
      endpoints: Object.fromEntries(
        ['/', '/attestation', '/health', '/docs'].map((path) => [path, expect.any(String)]),
      ),
    });
    expect(await run('curl -sS -H "accept: text/html" $AT/')).toContain('<h1>');
  });

  test('GET /attestation: the report with all documented members', async () => {
    const report = JSON.parse(await run('curl -sS $AT/attestation')) as Record<string, unknown>;
    expect(report).toMatchObject({
      status: 'running_in_confidential_space',
      syft_client_version: '0.1.117',
      attestation: {
        hardware: { hwmodel: 'GCP_AMD_SEV', secboot: true, dbgstat: 'disabled-since-boot' },
        software: { swname: 'CONFIDENTIAL_SPACE', swversion: [expect.any(String)] },
        container: { image_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), restart_policy: expect.any(String) },
        gce: { project_id: expect.any(String), zone: expect.any(String), instance_id: expect.any(String) },
        issuer: issuer(),
        issued_at: expect.stringMatching(/\+00:00$/),
        expires_at: expect.stringMatching(/\+00:00$/),
      },
      raw_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    expect((report.attestation as { container: object }).container).not.toHaveProperty('env');
  });

  test('GET /health and GET /docs', async () => {
    expect(await run('curl -sS $AT/health')).toBe('{"status":"ok"}');
    expect(await run('curl -sS -o /dev/null -w "%{http_code} %{content_type}" $AT/docs')).toMatch(/^200 text\/html/);
  });

  test('the token stands under the published key set alone, and for its audience alone', async () => {
    const { raw_token: token } = JSON.parse(await run('curl -sS $AT/attestation')) as { raw_token: string };
    const found = await fetch(`${issuer()}/.well-known/openid-configuration`);
    const { jwks_uri: uri } = (await found.json()) as { jwks_uri: string };
    const keys = createLocalJWKSet((await (await fetch(uri)).json()) as JSONWebKeySet);
    const { payload } = await jwtVerify(token, keys, { issuer: issuer(), audience: URL });
    expect(payload.swname).toBe('CONFIDENTIAL_SPACE');
    const foreign = jwtVerify(token, keys, { issuer: issuer(), audience: 'https://elsewhere.example' });
    await expect(foreign).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud' });

    await folder.write({ 'token.jwt': token });
    const trust = ['--collateral', folder.path('google/google'), '--root-ca', folder.path('google/roots/google.pem')];
    const judged = await assayHere(['verify', folder.path('token.jwt'), ...trust, '--allow-simulated', '--genuine']);
    expect([judged.exit, judged.log]).toEqual([0, '']);
  });

  test('an audience that is not listed is refused, and Google’s own always', async () => {
    for (const audience of [
      'https://elsewhere.example',
      'https://sts.googleapis.com',
      '//iam.googleapis.com/projects/1',
    ])
      expect(
        JSON.parse(await run(`curl -sS '${service.at('attester')}/attestation?audience=${audience}'`)),
      ).toMatchObject({
        status: 403,
        code: 'forbidden',
        field: 'aud',
      });
  });

  test('without --public-token nobody is handed the token who brings no nonce', async () => {
    const env = { ...simulation.document.environment, ASSAY_PUBLIC_TOKEN: 'false' };
    const flags = { host: '127.0.0.1', port: '0', metricsPort: 'off', json: true };
    await using closed = await startService((io, stop) => serveAttester(flags, io, stop), env);
    const report = JSON.parse(await run(`curl -sS ${closed.at('attester')}/attestation`)) as object;
    expect(report).toHaveProperty('attestation');
    expect(report).not.toHaveProperty('raw_token');
  });
});

describe.skipIf(missing)(`seed 004, on dstack${missing ? `: ${missing}` : ''}`, () => {
  let simulation: Simulation;
  let service: RunningService;
  let run: (script: string) => Promise<string>;
  beforeAll(async () => {
    ({ simulation, service, run } = await started('dstack', { name: 'oauth3', version: '0.1.0' }));
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await simulation.stop();
  });

  test('curl of /info and /attestation: the documented members, byte for byte where it is hashed', async () => {
    expect(await run('curl -sS $AT/info')).toBe('{"version":"0.1.0","name":"oauth3","build_info":null}');
    const answer = JSON.parse(await run('curl -sS $AT/attestation')) as Seed;
    expect(Object.keys(answer)).toEqual(['quote', 'eventLog', 'vmConfig']);
    expect(Buffer.from(answer.quote, 'base64').readUInt16LE(0)).toBe(4);
    expect(JSON.parse(answer.eventLog)).toEqual(expect.arrayContaining([expect.objectContaining({ imr: 3 })]));
    expect(JSON.parse(answer.vmConfig)).toBeTypeOf('object');
  });

  const TWO_STEPS = `
    curl -sS $AT/info -o info.json
    curl -sS "$AT/attestation" -o attestation.json
    sed 's/.*"quote":"\\([^"]*\\)".*/\\1/' attestation.json | base64 -d > quote.bin
    # Report data are 64 bytes at 568 of a version 4 quote: the hash, then zeros.
    printf '%b' "$(sha256sum info.json | cut -c 1-64 | sed 's/../\\\\x&/g')" > expected.bin
    head -c 32 /dev/zero >> expected.bin
    dd if=quote.bin of=found.bin bs=1 skip=568 count=64 status=none
    cmp expected.bin found.bin
    wc -c < found.bin
  `;

  test('the two steps of a client in plain shell: the hash of /info stands in the quote', async () => {
    expect((await run(TWO_STEPS)).trim()).toBe('64');
    await expect(run(`printf ' ' >> info.json; ${TWO_STEPS.slice(TWO_STEPS.indexOf('sed '))}`)).rejects.toMatchObject({
      stdout: expect.stringContaining('differ'),
    });
  });

  test('and by assay verify, which looks at the machine and the app besides', async () => {
    await run(TWO_STEPS);
    const inShell = (name: string): string => folder.path(`shell/${name}`);
    const from = simulation.document.services.find(({ name }) => name === 'Intel PCS v4')?.at ?? '';
    await assayHere(['collateral', 'fetch', inShell('quote.bin'), '--from', from, '-o', folder.path('collateral')]);
    const policy = await run('cat ../dstack/policies/dstack.yaml');
    const binding = 'freshness: any\nbinding: { profile: sha256-info }\n';
    const { eventLog } = JSON.parse(await run('cat attestation.json')) as Seed;
    await folder.write({ 'info.yaml': policy.replace(/^binding:.*/ms, binding), 'log.json': eventLog });
    const trust = ['--collateral', folder.path('collateral'), '--root-ca', folder.path('dstack/roots/intel.pem')];
    const log = ['--event-log', folder.path('log.json'), '--app-compose', inShell('app-compose.json')];
    const info = await (await fetch(`${simulation.document.environment.DSTACK_SIMULATOR_ENDPOINT}/Info`)).json();
    const { app_compose } = JSON.parse((info as { tcb_info: string }).tcb_info) as { app_compose: string };
    await folder.write({ 'app-compose.json': app_compose, 'other.json': '{"version":"0.1.1"}' }, 'shell');
    const args = ['verify', inShell('quote.bin'), ...trust, '--allow-simulated', ...log, '--json'];
    const judge = (payload: string) =>
      assayHere([...args, '--policy', folder.path('info.yaml'), '--payload', inShell(payload)]);
    const good = await judge('info.json');
    expect([good.exit, good.log, failed(good.output)]).toEqual([0, '', []]);
    expect(JSON.parse(good.output)).toMatchObject({ trusted: true, simulated: true, waived: ['freshness'] });
    const other = await judge('other.json');
    expect([other.exit, failed(other.output)]).toEqual([1, ['binding.subject']]);
  });
});

describe.skipIf(missing)(`seed 000, the attestation proxy${missing ? `: ${missing}` : ''}`, () => {
  test('curl of its status in the guest, and through a forward from the host', async () => {
    const vendor = await createIntelVendor({ randomBytes, now: new Date() });
    const td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
    const attester = createTsmAttester({ files: createTsmFiles(createSoftwareTsm(td)) });
    const socket = folder.path('proxy.sock');
    const flags = { host: '127.0.0.1', port: '0', metricsPort: 'off', socket, json: true };
    await using guest = await startService((io, stop) => proxy(flags, io, { stop, attester }));
    const host = createServer((outside) => {
      const { hostname, port } = new URL(guest.at('proxy'));
      const inside = connect(Number(port), hostname);
      outside.pipe(inside).pipe(outside);
    }).listen(0, '127.0.0.1');
    await once(host, 'listening');
    const { port } = host.address() as AddressInfo;
    const script = `
      curl -sS $GUEST/status; echo
      curl -sS http://127.0.0.1:${port}/status; echo
      curl -sS -o /dev/null -w '%{http_code}\n' http://127.0.0.1:${port}/quote
      curl -sS -o /dev/null -w '%{http_code}\n' --unix-socket ${socket} http://localhost/quote
    `;
    const lines = (await shell(script, folder.path('shell'), { GUEST: guest.at('proxy') })).trim().split('\n');
    const status = { available: true, provider: 'tsm', tsm_available: true };
    expect(lines.slice(0, 2).map((line) => JSON.parse(line) as object)).toMatchObject([status, status]);
    expect(lines.slice(2)).toEqual(['403', '200']);
    host.close();
    await once(host, 'close');
  });
});
