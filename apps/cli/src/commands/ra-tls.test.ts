import { createDstackAttester } from '@assay/attest';
import { makeRaTlsCertificate } from '@assay/server';
import { createGuestAgent, createIntelVendor, createSoftwareEnclave, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareAttester, listen } from '@assay/simulate/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';

// Certificates that services make for themselves, as a relying party judges them that saved one from its connection.

const NOW = '2026-11-20T12:00:00Z';
const clock = (): Date => new Date(NOW);
const names = ['app.example'];

let folder: Folder;
let trust: readonly string[];
let app: readonly string[];
beforeAll(async () => {
  folder = await makeFolder();
  const vendor = await createIntelVendor({ seed: 'ra-tls of services', now: clock() });
  const agent = await createGuestAgent(vendor, { version: '0.5.11' });
  const guest = await listen(agent.handler, { socket: folder.path('dstack.sock') });
  const attester = createDstackAttester({ endpoint: guest.address });
  const [made, other] = [
    await makeRaTlsCertificate({ attester, clock, names }),
    await makeRaTlsCertificate({ attester, clock, names }),
  ];
  await guest.close();
  const enclave = createSoftwareAttester(createSoftwareEnclave(vendor, { pck: await issuePck(vendor) }));
  const sgx = await makeRaTlsCertificate({ attester: enclave, clock, names });
  const { composeHash, mrSystem } = agent.appInfo();
  app = Object.entries({ composeHash, mrSystem }).map(
    ([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`,
  );
  await folder.write({
    'made.pem': made.certificate,
    'other.pem': other.certificate,
    'sgx.pem': sgx.certificate,
    'root.pem': vendor.rootPem,
    'policy.yaml': 'freshness: any\n',
  });
  const collateral = await issueCollateral(vendor, agent.td.pck, { tee: 'tdx' });
  await folder.write({ ...collateral }, 'collateral');
  const root = ['--root-ca', folder.path('root.pem'), '--allow-simulated'];
  trust = ['--collateral', folder.path('collateral'), '--at', NOW, ...root, '--policy', folder.path('policy.yaml')];
});
afterAll(() => folder[Symbol.asyncDispose]());

async function judged(options: readonly string[]) {
  const args = ['verify', folder.path('made.pem'), '--profile', 'ratls-cert', ...trust, ...options, '--json'];
  const { exit, output } = await assayHere(args);
  const { checks }: { checks: readonly { readonly id: string; readonly outcome: string }[] } = JSON.parse(output);
  return [exit, checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)];
}

test('assay verify trusts the certificate of the app that is expected', async () => {
  expect(await judged(['--expect', ...app])).toEqual([0, []]);
});

test('assay verify refuses its evidence to a connection that showed another certificate', async () => {
  const options = ['--expect', ...app, '--certificate', folder.path('other.pem')];
  expect(await judged(options)).toEqual([1, ['binding.subject']]);
});

test('assay verify refuses another app', async () => {
  expect(await judged(['--expect', `composeHash=${'00'.repeat(32)}`, ...app.slice(1)])).toEqual([
    1,
    ['identity.release'],
  ]);
});

test.each([
  ['made.pem', 'Intel TDX quote, version 4', '1.3.6.1.4.1.62397.1.1'],
  ['sgx.pem', 'Intel SGX quote, version 3', '1.2.840.113741.1337.6'],
])('assay inspect shows the evidence in %s', async (name, evidence, extension) => {
  const { exit, output } = await assayHere(['inspect', folder.path(name), '--json']);
  const title = `X.509 certificate with evidence: ${evidence}`;
  const content = { certificate: { extension } };
  expect([exit, JSON.parse(output)]).toMatchObject([0, { kind: 'certificate', title, problems: [], content }]);
});
