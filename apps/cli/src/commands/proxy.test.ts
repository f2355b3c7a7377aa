import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, readFile, stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createTsmAttester } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareTsm, createTsmFiles } from '@assay/simulate/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type RunningService, startService } from '../../../../tools/service-in-process.ts';
import { proxy } from './proxy.ts';
import { serveAttester } from './serve.ts';

const TOKEN = 'a-token-of-the-oracle';

let folder: Folder;
let attester: ReturnType<typeof createTsmAttester>;
beforeAll(async () => {
  folder = await makeFolder();
  const vendor = await createIntelVendor({ randomBytes, now: new Date() });
  const pck = await issuePck(vendor);
  attester = createTsmAttester({ files: createTsmFiles(createSoftwareTsm(createSoftwareTd(vendor, { pck }))) });
  await folder.write({ 'root.pem': vendor.rootPem, token: `${TOKEN}\n` });
  await folder.write({ ...(await issueCollateral(vendor, pck, { tee: 'tdx' })) }, 'collateral');
  await chmod(folder.path('token'), 0o640);
});
afterAll(() => folder[Symbol.asyncDispose]());

const serve = (flags: object = {}): Promise<RunningService> => {
  const all = { host: '127.0.0.1', port: '0', socket: folder.path('proxy.sock'), json: true, ...flags };
  return startService((io, stop) => proxy(all, io, { stop, attester }));
};

interface Asked {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const tcp = async (service: RunningService, path: string, init: RequestInit = {}): Promise<Asked> => {
  const answer = await fetch(service.at('proxy') + path, init);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const onSocket = async (path: string): Promise<Asked> => {
  const asked = request({ socketPath: folder.path('proxy.sock'), path, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: JSON.parse((await answer.toArray()).join('')) };
};

describe('assay proxy', () => {
  test('both listeners say the same of the machine, the socket is its owner’s, and both end', async () => {
    const service = await serve();
    expect(service.document.listens.map(({ name }) => name)).toEqual(['proxy', 'socket', 'metrics']);
    const status = { available: true, provider: 'tsm', raw_report_data: 'allowed' };
    expect((await tcp(service, '/status')).body).toMatchObject(status);
    expect((await onSocket('/status')).body).toMatchObject(status);
    expect((await stat(folder.path('proxy.sock'))).mode & 0o777).toBe(0o600);
    expect((await tcp(service, '/openapi.json')).body.openapi).toBe('3.1.0');
    expect(await service.stop()).toBe(0);
    await expect(onSocket('/status')).rejects.toThrow(/ENOENT/);
    await expect(tcp(service, '/status')).rejects.toThrow();
  });

  test('--raw-group opens the socket to a group', async (context) => {
    const id = process.getegid?.();
    const groups = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'));
    const rawGroup = groups.find(([, , gid]) => gid === String(id))?.[0];
    if (rawGroup === undefined) context.skip('the group of this process has no name');
    await using _service = await serve({ rawGroup });
    const { mode, gid } = await stat(folder.path('proxy.sock'));
    expect([mode & 0o777, gid]).toEqual([0o660, id]);
  });

  test('an outsider gets no raw quote on TCP; the socket gives one', async () => {
    await using service = await serve();
    const path = `/quote?report_data=${'ab'.repeat(64)}`;
    const refused = await tcp(service, path);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    const given = await onSocket(path);
    expect([given.status, given.body.report_data]).toEqual([
      200,
      Buffer.from('ab'.repeat(64), 'hex').toString('base64'),
    ]);
  });

  test('the bearer’s statement names its key, and assay verify trusts it', async () => {
    await using service = await serve({ tokenFile: folder.path('token') });
    const nonce = randomBytes(32).toString('hex');
    const spkiSha256 = randomBytes(32).toString('hex');
    const body = JSON.stringify({ nonce, keys: [{ use: 'tls', spkiSha256 }] });
    const headers = { 'content-type': 'application/json' };
    const stranger = await tcp(service, '/attestation', { method: 'POST', headers, body });
    expect([stranger.status, stranger.body.field]).toEqual([401, 'keys']);
    const authorization = `Bearer ${TOKEN}`;
    const bearer = await tcp(service, '/attestation', { method: 'POST', headers: { ...headers, authorization }, body });
    expect(bearer.status).toBe(200);
    expect((await onSocket('/quote')).status).toBe(403);
    const policy =
      'identity: any\nbinding: { profile: assay/1-batch, type: attestation, claims: { caller: bearer } }\n';
    await folder.write({ 'evidence.json': JSON.stringify(bearer.body), 'policy.yaml': policy });
    const options = ['--collateral', 'collateral', '--root-ca', 'root.pem', '--policy', 'policy.yaml'].map((arg) =>
      arg.startsWith('--') ? arg : folder.path(arg),
    );
    const said = ['--allow-simulated', '--nonce', nonce, '--peer-key', spkiSha256, '--json'];
    const { exit, output } = await assayHere(['verify', folder.path('evidence.json'), ...options, ...said]);
    expect([exit, JSON.parse(output).layers.bound]).toEqual([0, 'pass']);
  });

  test('an attester service in a container answers with statements that the proxy makes for its bearer', async () => {
    await using service = await serve({ tokenFile: folder.path('token') });
    const env = { TDX_ATTESTATION_PROXY_URL: service.at('proxy'), ASSAY_PROXY_TOKEN_FILE: folder.path('token') };
    const flags = { from: 'proxy', host: '127.0.0.1', port: '0', metricsPort: 'off', json: true };
    await using app = await startService((io, stop) => serveAttester(flags, io, stop), env);
    const nonce = randomBytes(32).toString('hex');
    const answer = await fetch(`${app.at('attester')}/attestation?nonce=${nonce}`);
    const { statement } = (await answer.json()) as { statement: string };
    expect(JSON.parse(Buffer.from(statement, 'base64').toString())).toMatchObject({
      nonce,
      claims: { caller: 'bearer' },
    });
    const quote = await fetch(`${app.at('attester')}/attestation`);
    expect([quote.status, await quote.json()]).toMatchObject([503, { code: 'unavailable' }]);
  });

  test('an attester service that started before its proxy has those statements, too, once the proxy is there', async () => {
    const env = {
      TDX_ATTESTATION_PROXY_URL: `unix:${folder.path('proxy.sock')}`,
      ASSAY_PROXY_TOKEN_FILE: folder.path('token'),
      ASSAY_TSM_PATH: '/none/tsm',
    };
    const flags = { host: '127.0.0.1', port: '0', metricsPort: 'off', json: true };
    await using app = await startService((io, stop) => serveAttester(flags, io, stop), env);
    const asked = `${app.at('attester')}/attestation?nonce=${'0f'.repeat(32)}`;
    expect(await (await fetch(asked)).json()).toMatchObject({ code: 'not_in_tee' });
    await using _service = await serve({ tokenFile: folder.path('token') });
    const { statement } = (await (await fetch(asked)).json()) as { statement: string };
    expect(JSON.parse(Buffer.from(statement, 'base64').toString())).toMatchObject({ claims: { caller: 'bearer' } });
  });

  test('a token that changed is read again; one that is open to all is nobody’s', async () => {
    await using service = await serve({ tokenFile: folder.path('token') });
    const nonce = '0f'.repeat(32);
    const as = async (token: string): Promise<number> =>
      (await tcp(service, `/attestation?nonce=${nonce}`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await as(TOKEN)).toBe(200);
    await folder.write({ token: 'another-token-of-the-oracle' });
    await chmod(folder.path('token'), 0o640);
    expect([await as(TOKEN), await as('another-token-of-the-oracle')]).toEqual([401, 200]);
    await chmod(folder.path('token'), 0o644);
    expect(await as('another-token-of-the-oracle')).toBe(401);
    expect(service.log()).toContain('everybody has access to it; chmod 0640');
    expect(service.log()).not.toContain('token-of-the-oracle');
    await folder.write({ token: TOKEN });
    await chmod(folder.path('token'), 0o640);
  });

  test.each([
    ['missing', 'no-such-token', 0o640, 'make it with (umask 027; openssl rand -hex 32 >'],
    ['open to all', 'open', 0o604, 'chmod 0640'],
    ['a folder', 'collateral', 0o750, 'expected a file'],
    ['short', 'short', 0o640, '16 to 4096 printable characters'],
  ])('a token file that is %s is refused at the start, with what to do', async (_what, name, mode, reason) => {
    await folder.write({ open: 'long-enough-to-be-a-token', short: 'short' });
    if (name !== 'no-such-token') await chmod(folder.path(name), mode);
    const args = ['proxy', '--socket', folder.path('other.sock'), '--token-file', folder.path(name)];
    const { exit, log } = await assayHere(args);
    expect(exit).toBe(2);
    expect(log).toContain(`${folder.path(name)}`);
    expect(log).toContain(reason);
  });

  test('--print-unit: the unit of this command line, as it works in any folder', async () => {
    const args = ['proxy', '--port', '9000', '--config', 'proxy.yaml', '--raw-group', 'daemon', '--allow-raw'];
    await folder.write({ 'proxy.yaml': 'host: 127.0.0.1\n' });
    const given = args.map((arg) => (arg === 'proxy.yaml' ? folder.path(arg) : arg));
    const { exit, output } = await assayHere([...given, '--print-unit']);
    expect(exit).toBe(0);
    expect(output).toContain(`assay.js ${given.join(' ')}\n`);
    expect(output).toContain('Group=daemon\n');
  });
});
