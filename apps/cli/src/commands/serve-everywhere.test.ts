import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { startService } from '../../../../tools/service-in-process.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';
import { serveAttester } from './serve.ts';

// One build, against an attester of each kind: nothing in it asks where it is.

let folder: Folder;
let simulation: Simulation;
beforeAll(async () => {
  folder = await makeFolder();
  simulation = await startSimulation('all', { directory: folder.path('all') });
}, 120_000);
afterAll(async () => {
  await simulation.stop();
  await folder[Symbol.asyncDispose]();
});

const at = (name: string): string => simulation.document.services.find((one) => one.name === name)?.at ?? '';
const AUDIENCE = 'https://verifier.example';

describe.each([
  ['dstack', 'dstack', 'dstack.yaml', 'Intel PCS v4'],
  ['proxy', 'proxy', 'tdx.yaml', 'Intel PCS v4'],
  ['google', 'confidential-space', 'google.yaml', undefined],
  ['tdx', 'tsm', 'tdx.yaml', 'Intel PCS v4'],
  ['sgx', 'gramine', 'sgx.yaml', 'Intel PCS v4'],
  ['snp', 'tsm', 'snp.yaml', 'AMD KDS, Genoa'],
] as const)('%s', (name, from, policy, service) => {
  test('the same endpoints, and evidence that assay verify trusts', async (context) => {
    const walk = simulation.document.walks.find((known) => known.name === name);
    if (walk === undefined) context.skip('nothing can be mounted here');
    const env = { ...simulation.document.environment, ...walk?.commands[0]?.environment };
    const flags = { from, host: '127.0.0.1', port: '0', metricsPort: 'off', json: true, audiences: [AUDIENCE] };
    const stapled = service === undefined ? {} : { collateralFrom: at(service) };
    await using app = await startService((io, stop) => serveAttester({ ...flags, ...stapled }, io, stop), env);
    const ask = (path: string): Promise<Response> => fetch(app.at('attester') + path);
    for (const path of ['/', '/info', '/health', '/ready', '/attestation', '/docs', '/openapi.json'])
      expect([path, (await ask(path)).status]).toEqual([path, 200]);

    const nonce = randomBytes(32).toString('hex');
    const aud = from === 'confidential-space' ? `&aud=${AUDIENCE}` : '';
    const answer = await ask(`/attestation?nonce=${nonce}${aud}`);
    const text = await readFile(folder.path(`all/policies/${policy}`), 'utf8');
    const batch = text.replace('profile: "assay/1"', 'profile: assay/1-batch\n  claims: { name: assay }');
    await folder.write({ [`${name}.json`]: await answer.text(), [policy]: batch });
    const verify = walk?.commands.at(-1)?.args ?? [];
    // Only the key set of tokens is the caller's own: what vouches for quotes and reports came along.
    const own = verify.indexOf(service === undefined ? '--collateral' : '--root-ca');
    const trust = verify.slice(own, verify.indexOf('--allow-simulated') + 1);
    const judged = ['verify', folder.path(`${name}.json`), ...trust, '--policy', folder.path(policy)];
    const { exit, output, log } = await assayHere([...judged, '--nonce', nonce, '--json']);
    expect([exit, log, JSON.parse(output).layers]).toEqual([
      0,
      '',
      { authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'pass', bound: 'pass' },
    ]);
  });
});
