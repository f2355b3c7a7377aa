import { createHash, generateKeyPairSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createAttestationProxy, type Listener, listen, type ProxyFault } from '@assay/simulate/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import type { Answer } from '../../../../tools/assay-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { SOURCES } from '../attesters.ts';

const now = new Date('2026-02-01T12:00:00Z');
const NONCE = '5a'.repeat(32);
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEER_KEY = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex');

let folder: Folder;
let proxy: Listener;
let fault: ProxyFault | undefined;
let asked = 0;
beforeAll(async () => {
  folder = await makeFolder();
  const vendor = await createIntelVendor({ seed: 'attest', now });
  const pck = await issuePck(vendor);
  const faultOf = (request: Request): ProxyFault | undefined => {
    if (!request.url.includes('/quote')) return undefined;
    asked += 1;
    return fault;
  };
  const handler = createAttestationProxy(createSoftwareTd(vendor, { pck }), { fault: faultOf });
  proxy = await listen(handler, { port: 0 });
  const files = await issueCollateral(vendor, pck, { tee: 'tdx' });
  await folder.write({ ...files }, 'collateral');
  await folder.write({
    'root.pem': vendor.rootPem,
    'workload.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'private.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'broken.pem': '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
    'statement.yaml': 'identity: any\nbinding: { profile: assay/1, type: attestation, audience: bob }\n',
    'raw.yaml': 'identity: any\nfreshness: any\nbinding: { profile: raw }\n',
  });
});
afterEach(() => {
  fault = undefined;
  asked = 0;
});
afterAll(async () => {
  await proxy.close();
  await folder[Symbol.asyncDispose]();
});

/** `assay attest` where the proxy is the only attester; nothing else of this machine can be found by accident. */
const attest = (...args: readonly string[]): Promise<Answer> =>
  assayHere(['attest', ...args], {
    env: { ...nowhere(), TDX_ATTESTATION_PROXY_URL: proxy.address },
    now: () => now,
  });

/** Variables by which no attester finds anything. */
function nowhere(): Record<string, string> {
  const socket = folder.path('none.sock');
  return {
    ASSAY_GRAMINE_PATH: folder.path('none'),
    ASSAY_TSM_PATH: folder.path('none'),
    ASSAY_CONFIDENTIAL_SPACE_SOCKET: socket,
    DSTACK_SIMULATOR_ENDPOINT: socket,
    TDX_ATTESTATION_PROXY_URL: socket,
  };
}

/** `assay verify -` on what `assay attest` printed: exit code and failed checks. */
async function verdictOn(output: string, ...args: readonly string[]): Promise<readonly unknown[]> {
  const trust = ['--collateral', folder.path('collateral'), '--root-ca', folder.path('root.pem'), '--allow-simulated'];
  const verify = ['verify', '-', ...trust, '--at', now.toISOString(), '--json', ...args];
  const answer = await assayHere(verify, { stdin: async () => new TextEncoder().encode(output) });
  const checks: readonly { readonly id: string; readonly outcome: string }[] = JSON.parse(answer.output).checks;
  return [answer.exit, checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)];
}

describe('a statement', () => {
  test('names the nonce, the audience and the key, and is bound to the evidence', async () => {
    const key = folder.path('workload.pem');
    const { exit, output, log } = await attest('--nonce', NONCE.toUpperCase(), '--audience', 'bob', '--key', key);
    expect([exit, log]).toEqual([0, 'assay: asking proxy for evidence\n']);
    const policy = ['--policy', folder.path('statement.yaml')];
    expect(await verdictOn(output, ...policy, '--nonce', NONCE, '--peer-key', PEER_KEY)).toEqual([0, []]);
    const nonce = '00'.repeat(32);
    expect(await verdictOn(output, ...policy, '--nonce', nonce, '--peer-key', PEER_KEY)).toEqual([1, ['fresh.nonce']]);
    const other = '00'.repeat(32);
    expect(await verdictOn(output, ...policy, '--nonce', NONCE, '--peer-key', other)).toEqual([1, ['binding.subject']]);
  });

  test('is one line: an envelope with the instant, and a use for each key', async () => {
    const key = folder.path('workload.pem');
    const { output } = await attest('--key', key, `ssh-host=${key}`);
    expect(output).toMatch(/^\{[^\n]*\}\n$/);
    const { schema, tee, statement } = JSON.parse(output);
    expect([schema, tee]).toEqual(['assay.evidence/1', 'tdx']);
    expect(JSON.parse(Buffer.from(statement, 'base64').toString())).toMatchObject({
      ...{ profile: 'assay/1', type: 'attestation', nonce: null, aud: null, issuedAt: now.getTime() / 1000 },
      keys: [
        { use: 'tls', spkiSha256: PEER_KEY },
        { use: 'ssh-host', spkiSha256: PEER_KEY },
      ],
    });
  });

  test('for another audience is refused', async () => {
    const { output } = await attest('--nonce', NONCE, '--audience', 'eve', '--key', folder.path('workload.pem'));
    const expected = ['--policy', folder.path('statement.yaml'), '--nonce', NONCE, '--peer-key', PEER_KEY];
    expect(await verdictOn(output, ...expected)).toEqual([1, ['binding.audience']]);
  });
});

test('report data are taken as they are, followed by zeros', async () => {
  const { output } = await attest('--report-data', '0x00FF');
  expect(JSON.parse(output)).not.toHaveProperty('statement');
  const policy = ['--policy', folder.path('raw.yaml')];
  expect(await verdictOn(output, ...policy, '--report-data', `00ff${'00'.repeat(62)}`)).toEqual([0, []]);
  expect(await verdictOn(output, ...policy, '--report-data', '00fe')).toEqual([1, ['binding.subject']]);
});

test('goes to a file whole, and - is standard output', async () => {
  const path = folder.path('out/evidence.json');
  await folder.write({ 'evidence.json': 'old' }, 'out');
  const written = await attest('-o', path);
  expect(written).toEqual({
    exit: 0,
    output: '',
    log: `assay: asking proxy for evidence\nassay: written to ${path}\n`,
  });
  expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('schema', 'assay.evidence/1');
  expect(await readdir(folder.path('out'))).toEqual(['evidence.json']);
  const { output } = await attest('-o', '-');
  expect(JSON.parse(output)).toHaveProperty('schema', 'assay.evidence/1');
});

test.each(['attest', 'doctor'])('the help of %s names each attester that --from takes', async (command) => {
  const { exit, output } = await assayHere([command, '--help'], { columns: 200 });
  expect(exit).toBe(0);
  for (const name of SOURCES) expect(output).toMatch(new RegExp(`--from.*\\b${name}\\b`));
});

describe('before anything is asked for, 2:', () => {
  test.each([
    ['--nonce', ['--nonce', '5a'.repeat(15)], '--nonce: expected 16 to 64 bytes, found 15'],
    ['--nonce', ['--nonce', '5a'.repeat(65)], '--nonce: expected 16 to 64 bytes, found 65'],
    ['--nonce', ['--nonce', 'xy'], '--nonce: not hexadecimal at character 0'],
    ['--report-data', ['--report-data', ''], '--report-data: expected 1 to 64 bytes, found 0'],
    ['--report-data', ['--report-data', '00'.repeat(65)], '--report-data: expected 1 to 64 bytes, found 65'],
    ['--report-data', ['--report-data', '0'], '--report-data: hexadecimal of odd length 1'],
    ['--audience', ['--audience', ''], '--audience: expected text'],
    ['--key', ['--key', 'FOLDER/missing.pem'], 'missing.pem: no such file or directory'],
    ['--key', ['--key', 'FOLDER/private.pem'], 'private.pem: expected a public key or a certificate, PEM'],
    ['--key', ['--key', 'FOLDER/broken.pem'], 'not a public key or a certificate that can be read'],
    [
      '--from',
      ['--from', 'software'],
      'expected one of gramine, confidential-space, dstack, proxy, tsm, found software',
    ],
    [undefined, ['--report-data', '00', '--nonce', NONCE], "cannot be used with option '--nonce <hex>'"],
    [undefined, ['--report-data', '00', '--key', 'x'], "cannot be used with option '--key <[use=]pem...>'"],
    [undefined, ['extra'], "too many arguments for 'attest'"],
  ])('%s %s', async (field, args, message) => {
    const given = args.map((arg) => arg.replace('FOLDER', folder.path('.')));
    const { exit, output, log } = await attest(...given, '--json');
    const document = JSON.parse(output);
    expect([exit, document.schema, document.code, document.field]).toEqual([2, 'assay.error/1', 'usage', field]);
    expect(document.message).toContain(message);
    expect(log).toContain(message);
    expect(asked).toBe(0);
  });
});

test('a file that cannot be written is a mistake of the caller', async () => {
  const { exit, output } = await attest('-o', folder.path('no/such/folder/evidence.json'), '--json');
  expect([exit, JSON.parse(output).field]).toEqual([2, '-o']);
});

test('a token needs an audience: which option is missing is said', async () => {
  await using launcher = await listen(async () => new Response(null, { status: 500 }), {
    socket: folder.path('l.sock'),
  });
  const env = { ...nowhere(), ASSAY_CONFIDENTIAL_SPACE_SOCKET: launcher.address };
  const { exit, log } = await assayHere(['attest'], { env });
  expect([exit, log]).toEqual([2, 'assay: --audience: a token of Confidential Space needs one: whom it is for\n']);
});

describe('3:', () => {
  test('without a trusted execution environment; what was looked for is said', async () => {
    const { exit, output, log } = await assayHere(['attest', '--json'], { env: nowhere() });
    expect(exit).toBe(3);
    const { schema, code, message } = JSON.parse(output);
    expect([schema, code]).toEqual(['assay.error/1', 'unavailable']);
    for (const name of ['gramine', 'confidential-space', 'dstack', 'proxy', 'tsm']) expect(message).toContain(name);
    expect(message).toContain(folder.path('none.sock'));
    expect(message).toMatch(/assay simulate.*assay doctor/);
    expect(log).toBe(`assay: ${message}\n`);
  });

  test('the one that was named is not here, though another is', async () => {
    const { exit, output, log } = await attest('--from', 'tsm');
    expect([exit, output]).toEqual([3, '']);
    expect(log).toContain(folder.path('none'));
    expect(log).not.toContain('proxy');
  });

  test.each<[string, ProxyFault, string]>([
    ['fails', { kind: 'no-quote' }, '503'],
    ['answers no quote', { kind: 'members', change: (right) => ({ ...right, quote: 'AAAA' }) }, 'quote'],
    ['answers another shape', { kind: 'answer', status: 200, body: '[]' }, 'expected an object'],
  ])('an attester that %s; nothing is printed or written', async (_name, wrong, message) => {
    fault = wrong;
    const path = folder.path('never.json');
    const { exit, output, log } = await attest('--from', 'proxy', '-o', path, '--json');
    expect([exit, JSON.parse(output).code]).toEqual([3, 'unavailable']);
    expect(log).toContain(message);
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
