import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { createTsmAttester } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareTsm, createTsmFiles } from '@assay/simulate/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type RunningService, startService } from '../../../../tools/service-in-process.ts';
import { proxy } from './proxy.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEER_KEY = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex');
const NONCE = randomBytes(32).toString('hex');

let folder: Folder;
let service: RunningService;
beforeAll(async () => {
  folder = await makeFolder();
  const vendor = await createIntelVendor({ randomBytes, now: new Date() });
  const pck = await issuePck(vendor);
  const attester = createTsmAttester({ files: createTsmFiles(createSoftwareTsm(createSoftwareTd(vendor, { pck }))) });
  await folder.write({
    'root.pem': vendor.rootPem,
    'key.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'policy.yaml':
      'identity: any\nbinding: { profile: assay/1-batch, type: attestation, claims: { caller: bearer } }\n',
    token: 'a-token-of-the-oracle\n',
  });
  await folder.write({ ...(await issueCollateral(vendor, pck, { tee: 'tdx' })) }, 'collateral');
  await chmod(folder.path('token'), 0o640);
  const place = { host: '127.0.0.1', port: '0', socket: folder.path('proxy.sock'), metricsPort: 'off', json: true };
  service = await startService((io, stop) =>
    proxy({ ...place, tokenFile: folder.path('token') }, io, { stop, attester }),
  );
});
afterAll(async () => {
  await service.stop();
  await folder[Symbol.asyncDispose]();
});

/** `assay attest` in a container that has the proxy's address, and its token file or not. */
const attest = (token: string, ...args: readonly string[]) =>
  assayHere(['attest', '--from', 'proxy', ...args], {
    env: { TDX_ATTESTATION_PROXY_URL: service.at('proxy'), ASSAY_PROXY_TOKEN_FILE: token && folder.path(token) },
  });

describe('assay attest, beside a proxy that has a bearer,', () => {
  test('makes a statement of its own key, which assay verify trusts as the bearer’s', async () => {
    const { exit, output } = await attest('token', '--nonce', NONCE, '--key', folder.path('key.pem'));
    expect(exit).toBe(0);
    const trust = [
      '--collateral',
      folder.path('collateral'),
      '--root-ca',
      folder.path('root.pem'),
      '--allow-simulated',
    ];
    const expected = ['--policy', folder.path('policy.yaml'), '--nonce', NONCE];
    const judge = async (key: string) => {
      const args = ['verify', '-', ...trust, ...expected, '--peer-key', key, '--json'];
      const verdict = await assayHere(args, { stdin: async () => new TextEncoder().encode(output) });
      return [verdict.exit, JSON.parse(verdict.output).layers.bound];
    };
    expect(await judge(PEER_KEY)).toEqual([0, 'pass']);
    expect(await judge('00'.repeat(32))).toEqual([1, 'fail']);
  });

  test.each([
    ['without the token', '', ['--nonce', NONCE], /Unix socket/],
    ['for report data of its own', 'token', ['--report-data', '00'], /Unix socket/],
  ])('is refused %s, with what to do', async (_, token, args, message) => {
    const { exit, output, log } = await attest(token, ...args);
    expect([exit, output]).toEqual([3, '']);
    expect(log).toMatch(message);
  });
});
