import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfidentialSpaceAttester, newInstance } from '@assay/attest';
import { createGoogleVendor, createLauncher, type GoogleVendor, type LauncherOptions } from '@assay/simulate';
import { type Handler, type Listener, listen } from '@assay/simulate/node';
import { verify } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { createSeedAttestation, type SeedAttestationOptions } from './attestation.ts';
import { audiencePolicy } from './audience.ts';
import type { SeedReport } from './report.ts';

const now = new Date('2026-11-01T12:00:00Z');
const own = 'https://service.example';
const other = 'https://verifier.example';
const version = '1.2.3';

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});

let folder: string;
let socket: string;
let listeners: Listener[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  socket = join(folder, 'teeserver.sock');
  listeners = [];
});
afterEach(async () => {
  for (const listener of listeners) await listener.close();
  await rm(folder, { recursive: true });
});

const reportOf = async (response: Promise<Response>): Promise<SeedReport> =>
  (await response).json() as Promise<SeedReport>;

/** The service before a launcher on a real socket: `asked` has the launcher's requests. */
async function serviceOf(options: LauncherOptions = {}, more: Partial<SeedAttestationOptions> = {}) {
  const asked: string[] = [];
  const launcher = createLauncher(vendor, options);
  const handler: Handler = async (request) => {
    asked.push(await request.clone().text());
    return launcher(request);
  };
  listeners.push(await listen(handler, { socket }, { onError: () => undefined }));
  const answer = createSeedAttestation({
    attester: createConfidentialSpaceAttester({ socket, sleep: async () => undefined }),
    instance: newInstance(),
    version,
    audience: audiencePolicy([own, other], own),
    clock: () => now,
    ...more,
  });
  const get = (query = '', method = 'GET') => answer(new Request(`${own}/attestation${query}`, { method }));
  return { get, asked };
}
async function problem(answer: Promise<unknown>): Promise<Problem> {
  const error: unknown = await answer.then(
    () => new Error('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw error;
  return error;
}

/** Every member of the documented answer, of a production image on AMD SEV. */
const sev = {
  hardware: { hwmodel: 'GCP_AMD_SEV', secboot: true, dbgstat: 'disabled-since-boot' },
  software: { swname: 'CONFIDENTIAL_SPACE', swversion: ['260600'] },
  container: {
    image_digest: `sha256:${'5a'.repeat(32)}`,
    image_reference: 'registry.invalid/simulated/workload:latest',
    restart_policy: 'Never',
  },
  gce: { project_id: 'simulated-project', zone: 'us-west1-b', instance_id: '1234567890123456789' },
  issuer: 'https://simulated.invalid',
  subject:
    'https://www.googleapis.com/compute/v1/projects/simulated-project/zones/us-west1-b/instances/simulated-instance',
  issued_at: '2026-11-01T12:00:00+00:00',
  expires_at: '2026-11-01T13:00:00+00:00',
  confidential_space: {
    confidential_space: {
      support_attributes: ['LATEST', 'STABLE', 'USABLE'],
      monitoring_enabled: { memory: false },
    },
  },
  // Of this service's own statement.
  eat_nonce: expect.stringMatching(/^[\w-]{43}$/),
};
const tdx = { ...sev, hardware: { ...sev.hardware, hwmodel: 'GCP_INTEL_TDX' } };
const debugSpace = { confidential_space: { confidential_space: { monitoring_enabled: { memory: false } } } };

describe('the answer without a nonce', () => {
  test.each([
    ['sev', sev],
    ['tdx', tdx],
    ['gpu', { ...tdx, gpu: { cc_mode: 'ON' } }],
    ['sev-debug', { ...sev, hardware: { ...sev.hardware, dbgstat: 'enabled' }, ...debugSpace }],
    ['tdx-debug', { ...tdx, hardware: { ...tdx.hardware, dbgstat: 'enabled' }, ...debugSpace }],
  ] as const)('has every documented member on %s, and no other', async (profile, attestation) => {
    const { get } = await serviceOf({ profile });
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      status: 'running_in_confidential_space',
      syft_client_version: version,
      attestation,
      verification: { status: 'self-asserted', note: expect.stringContaining('did not verify') },
    });
  });

  test('on a VM that is no Confidential Space has null where nobody measured a container', async () => {
    const { get } = await serviceOf({ profile: 'plain-vm' }, { showEnv: true });
    const { attestation } = await reportOf(get());
    expect(attestation.software).toEqual({ swname: 'GCE', swversion: [] });
    expect(attestation.container).toEqual({
      image_digest: null,
      image_reference: null,
      restart_policy: null,
      env: null,
    });
    expect(attestation).not.toHaveProperty('confidential_space');
  });

  test('shows token and environment where the operator says so; anyone can verify that token', async () => {
    const { get } = await serviceOf({}, { publicToken: true, showEnv: true });
    const { raw_token = '', attestation } = await reportOf(get(`?audience=${other}`));
    expect(attestation.container.env).toEqual({ HOSTNAME: 'simulated-instance', PATH: '/usr/bin:/bin' });
    const verdict = await verify(utf8(raw_token), {
      tees: [confidentialSpace],
      now,
      policy: {
        releases: [{ name: 'workload', measurements: { imageDigest: attestation.container.image_digest ?? '' } }],
        freshness: 'any',
        binding: 'any',
      },
      endorsements: {},
      roots: [vendor.chain.root.certificate],
      allowSimulated: true,
    });
    expect([verdict.outcome, verdict.layers.authentic, verdict.layers.identity]).toEqual(['affirming', 'pass', 'pass']);
    expect(verdict.claims?.evidence).toMatchObject({ payload: { aud: other } });
  });

  test('cannot be talked into showing them', async () => {
    const { get } = await serviceOf();
    const report = await reportOf(get('?env=true&raw_token=true&public-token=1&callerNonce=x'));
    expect(report).not.toHaveProperty('raw_token');
    expect(report.attestation.container).not.toHaveProperty('env');
  });

  test('to HEAD has no body', async () => {
    const { get } = await serviceOf();
    const response = await get('', 'HEAD');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('refused before anybody is asked', () => {
  test.each([
    ['?audience=https://sts.googleapis.com', 'forbidden', 'aud', /credential of Google Cloud/],
    ['?audience=//iam.googleapis.com/projects/1', 'forbidden', 'aud', /credential of Google Cloud/],
    ['?audience=https://iam.googleapis.com/projects/1', 'forbidden', 'aud', /credential of Google Cloud/],
    ['?audience=https://stranger.example', 'forbidden', 'aud', /stranger\.example is not among those/],
    ['?audience=', 'bad_request', 'aud', /1 to 512 bytes/],
    [`?audience=${own}&audience=${other}`, 'bad_request', 'aud', /more than once/],
    [`?aud=${own}&audience=${own}`, 'bad_request', 'aud', /more than once/],
    ['?aud=https://sts.googleapis.com', 'forbidden', 'aud', /credential of Google Cloud/],
    [`?nonce=${'ab'.repeat(32)}`, 'bad_request', 'nonce', /not fresh/],
  ])('%s', async (query, code, field, message) => {
    const { get, asked } = await serviceOf();
    const refused = await problem(get(query));
    expect(refused).toMatchObject({ code, field });
    expect(refused.message).toMatch(message);
    expect(asked).toEqual([]);
  });

  test('another method', async () => {
    const { get, asked } = await serviceOf();
    expect(await problem(get('', 'POST'))).toMatchObject({
      code: 'method_not_allowed',
      headers: { allow: 'GET, HEAD' },
    });
    expect(asked).toEqual([]);
  });
});

test('tokens are for the audience that is asked for, and hold nothing that a stranger chose', async () => {
  const { get, asked } = await serviceOf();
  await get();
  await get(`?aud=${other}`);
  expect(asked.map((body) => JSON.parse(body))).toEqual(
    [own, other].map((audience) => ({
      audience,
      nonces: [expect.stringMatching(/^[\w-]{43}$/)],
      token_type: 'PKI',
    })),
  );
});
