import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../codec/base64.ts';
import type { JsonObject } from '../codec/json.ts';
import { utf8 } from '../codec/text.ts';
import type { ConfidentialSpacePolicy } from '../policy/confidential-space.ts';
import type { Policy } from '../policy/policy.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { confidentialSpace } from './index.ts';

const NOW = 1_790_000_000;
const AUDIENCE = 'https://verifier.example';

/** A production token of a VM with AMD SEV; each test changes what it is about. */
const CLAIMS = {
  aud: AUDIENCE,
  iss: 'https://confidentialcomputing.googleapis.com',
  iat: NOW,
  nbf: NOW,
  exp: NOW + 3600,
  eat_nonce: ['0123456789abcdef'],
  secboot: true,
  hwmodel: 'GCP_AMD_SEV',
  swname: 'CONFIDENTIAL_SPACE',
  swversion: ['260600'],
  dbgstat: 'disabled-since-boot',
  google_service_accounts: ['workload@project-a.iam.gserviceaccount.com'],
};
const SPACE = { support_attributes: ['LATEST', 'STABLE', 'USABLE'], monitoring_enabled: { memory: false } };
const CONTAINER = { image_digest: `sha256:${'ab'.repeat(32)}`, restart_policy: 'Never', env: { HOSTNAME: 'vm' } };
const GCE = { project_id: 'project-a', project_number: '1', zone: 'us-west1-b', instance_id: '2' };

interface Changes {
  readonly claims?: JsonObject;
  readonly space?: JsonObject;
  readonly container?: JsonObject;
  readonly submods?: JsonObject;
}

/** Signatures are another layer's: what a token says is judged as it stands. */
async function judge(
  changes: Changes,
  policy: Policy = { binding: { profile: 'assay/1', audience: AUDIENCE } },
): Promise<readonly Check[]> {
  const submods = {
    confidential_space: { ...SPACE, ...changes.space },
    container: { ...CONTAINER, ...changes.container },
    gce: GCE,
    ...changes.submods,
  };
  const claims = { ...CLAIMS, submods, ...changes.claims };
  const parts = [{ alg: 'RS256', kid: 'a-key' }, claims].map((part) => toBase64Url(utf8(JSON.stringify(part))));
  const ignored = new Checklist(confidentialSpace.checks);
  const parsed = confidentialSpace.parse(utf8(`${parts.join('.')}.AA`), ignored);
  if (parsed === undefined) throw new Error(`expected a token: ${JSON.stringify(ignored.checks)}`);
  const handle = await confidentialSpace.endorsements.authenticate({}, { roots: [], source: 'caller' });
  const clock = { now: NOW, skew: 0 };
  const found = await confidentialSpace.authenticate(parsed, handle, clock, ignored);
  const checklist = new Checklist(confidentialSpace.checks);
  confidentialSpace.appraise(found, policy, clock, checklist);
  return checklist.checks;
}

async function outcomes(
  outcome: string,
  changes: Changes,
  own: ConfidentialSpacePolicy = {},
): Promise<readonly string[]> {
  const debug = own.profile === 'debug' ? 'allow' : 'refuse';
  const policy: Policy = { debug, binding: { profile: 'assay/1', audience: AUDIENCE }, confidentialSpace: own };
  return (await judge(changes, policy)).filter((check) => check.outcome === outcome).map(({ id }) => id);
}
const failed = (changes: Changes, own?: ConfidentialSpacePolicy): Promise<readonly string[]> =>
  outcomes('fail', changes, own);
const warned = (changes: Changes, own?: ConfidentialSpacePolicy): Promise<readonly string[]> =>
  outcomes('warn', changes, own);
const passed = (changes: Changes, own?: ConfidentialSpacePolicy): Promise<readonly string[]> =>
  outcomes('pass', changes, own);

describe('the production profile', () => {
  test('accepts a supported image on confidential hardware', async () => {
    expect(await failed({})).toEqual([]);
    expect(await warned({})).toEqual([]);
    expect(await passed({})).toEqual(
      expect.arrayContaining([...confidentialSpace.required.platform, 'cs.support', 'cs.audience']),
    );
    for (const hwmodel of ['GCP_AMD_SEV_ES', 'GCP_INTEL_TDX'])
      expect(await failed({ claims: { hwmodel } })).toEqual([]);
  });

  const refusals: readonly (readonly [string, Changes, readonly string[]])[] = [
    ['a plain VM', { claims: { swname: 'GCE' } }, ['cs.swname']],
    ['a debug image', { claims: { dbgstat: 'enabled' } }, ['cs.dbgstat']],
    ['a misprinted debug status', { claims: { dbgstat: 'disabled' } }, ['cs.dbgstat']],
    ['no support', { submods: { confidential_space: { monitoring_enabled: { memory: false } } } }, ['cs.support']],
    ['usable only', { space: { support_attributes: ['USABLE'] } }, ['cs.support']],
    ['experimental only', { space: { support_attributes: ['EXPERIMENTAL'] } }, ['cs.support']],
    ['secure boot off', { claims: { secboot: false } }, ['cs.secboot']],
    ['a shielded VM', { claims: { hwmodel: 'GCP_SHIELDED_VM' } }, ['cs.hwmodel']],
    ['unknown hardware', { claims: { hwmodel: 'INTEL_TDX' } }, ['cs.hwmodel']],
    ['memory monitoring', { space: { monitoring_enabled: { memory: true } } }, ['cs.monitoring']],
    ['no word on monitoring', { space: { monitoring_enabled: {} } }, ['cs.monitoring']],
    [
      'a revoked TDX platform',
      { claims: { hwmodel: 'GCP_INTEL_TDX', tdx: { gcp_attester_tcb_status: 'Revoked' } } },
      ['cs.tdx-tcb'],
    ],
    ['an environment override', { container: { env_override: { LOG: 'debug' } } }, ['cs.env-override']],
    ['a command override', { container: { cmd_override: ['sh'] } }, ['cs.cmd-override']],
    ['another audience', { claims: { aud: 'https://other.example' } }, ['cs.audience']],
    ['Google’s token exchange', { claims: { aud: 'https://sts.googleapis.com' } }, ['cs.audience']],
  ];
  test.each(refusals)('refuses %s', async (_name, changes, ids) => {
    expect(await failed(changes)).toEqual(ids);
  });

  test('refuses what is missing, each by its own check', async () => {
    const empty = {
      aud: undefined,
      secboot: undefined,
      hwmodel: undefined,
      swname: undefined,
      dbgstat: undefined,
      submods: {},
    };
    expect(await failed({ claims: empty as unknown as JsonObject })).toEqual([
      'cs.swname',
      'cs.dbgstat',
      'cs.support',
      'cs.secboot',
      'cs.hwmodel',
      'cs.monitoring',
      'cs.audience',
    ]);
  });

  test('says so when its expectations differ', async () => {
    const usable = { space: { support_attributes: ['USABLE'] } };
    expect(await failed(usable, { support: 'USABLE' })).toEqual([]);
    expect(await failed({}, { hardware: ['GCP_INTEL_TDX'] })).toEqual(['cs.hwmodel']);
    const shielded = { claims: { hwmodel: 'GCP_SHIELDED_VM' } };
    expect(await failed(shielded, { hardware: ['GCP_SHIELDED_VM'] })).toEqual(['cs.hwmodel']);
    expect(await failed({ space: { monitoring_enabled: { memory: true } } }, { memoryMonitoring: 'allow' })).toEqual(
      [],
    );
  });

  test('judges the TCB of TDX and the GPU where asked', async () => {
    const tdx = (status: string): Changes => ({
      claims: { hwmodel: 'GCP_INTEL_TDX', tdx: [{ gcp_attester_tcb_status: status }] },
    });
    const current = { tdxTcbStatuses: ['UpToDate'] };
    expect(await failed(tdx('UpToDate'), current)).toEqual([]);
    expect(await failed(tdx('OutOfDate'), current)).toEqual(['cs.tdx-tcb']);
    expect(await failed(tdx('Revoked'), { tdxTcbStatuses: ['Revoked'] })).toEqual(['cs.tdx-tcb']);
    expect(await failed({ claims: { hwmodel: 'GCP_INTEL_TDX' } }, current)).toEqual(['cs.tdx-tcb']);
    expect(await failed({}, current)).toEqual([]);
    const gpu = (cc_mode: string): Changes => ({ submods: { nvidia_gpu: { cc_mode } } });
    expect(await failed(gpu('ON'), { gpu: 'require' })).toEqual([]);
    expect(await failed(gpu('DEVTOOLS'), { gpu: 'require' })).toEqual(['cs.gpu']);
    expect(await failed({}, { gpu: 'require' })).toEqual(['cs.gpu']);
    expect(await warned(gpu('OFF'))).toEqual(['cs.gpu']);
  });
});

describe('the debug profile', () => {
  const debug = { profile: 'debug' } as const;
  const image = {
    claims: { dbgstat: 'enabled' },
    submods: { confidential_space: { monitoring_enabled: { memory: true } } },
  };

  test('accepts a debug image, and warns of everything that it lets pass', async () => {
    const container = { env_override: { LOG: 'debug' }, cmd_override: ['sh'] };
    expect(await failed({ ...image, container }, debug)).toEqual([]);
    expect(await warned({ ...image, container }, debug)).toEqual([
      'cs.dbgstat',
      'cs.monitoring',
      'cs.env-override',
      'cs.cmd-override',
    ]);
  });

  test('refuses a production image, a plain VM and open hardware', async () => {
    expect(await failed({}, debug)).toEqual(['cs.dbgstat']);
    const plain = { claims: { dbgstat: 'enabled', swname: 'GCE', hwmodel: 'GCP_SHIELDED_VM', secboot: false } };
    expect(await failed(plain, debug)).toEqual(['cs.swname', 'cs.secboot', 'cs.hwmodel']);
    expect(await failed(image, { ...debug, memoryMonitoring: 'refuse' })).toEqual(['cs.monitoring']);
  });
});

describe('how and where the workload runs', () => {
  test('overrides are judged by name and value, and values stay out of checks', async () => {
    const container = { env_override: { LOG: 'verbose', TOKEN: 'hunter2' }, cmd_override: ['serve', '-v'] };
    const allowed = { envOverride: { LOG: 'verbose', TOKEN: null, OTHER: 'x' }, cmdOverride: ['serve', '-v'] };
    expect(await failed({ container }, allowed)).toEqual([]);
    const strict = { ...allowed, envOverride: { LOG: 'quiet', TOKEN: 'other' } };
    expect(await failed({ container }, strict)).toEqual(['cs.env-override']);
    expect(await failed({ container }, { ...allowed, cmdOverride: ['serve'] })).toEqual(['cs.cmd-override']);
    const text = JSON.stringify(await judge({ container }, { confidentialSpace: strict }));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('verbose');
    expect(await failed({ container: { env_override: { constructor: 'x' } } }, allowed)).toEqual(['cs.env-override']);
    expect(await failed({ container: { env_override: null, cmd_override: null } })).toEqual([]);
  });

  test('restart policy, project, zone, accounts and signatures are judged where the policy names them', async () => {
    const account = 'workload@project-a.iam.gserviceaccount.com';
    const key = 'c0ffee'.repeat(10);
    const container = {
      image_signatures: [{ key_id: key, signature: 'AA', signature_algorithm: 'ECDSA_P256_SHA256' }],
    };
    const own: ConfidentialSpacePolicy = {
      restartPolicies: ['Never', 'OnFailure'],
      projectIds: ['project-a'],
      zones: ['us-west1-b'],
      serviceAccounts: [account, 'another@example.com'],
      signatureKeyIds: ['00', key.toUpperCase()],
    };
    const ids = ['cs.restart-policy', 'cs.project', 'cs.zone', 'cs.service-accounts', 'cs.image-signature'];
    expect(await passed({ container }, own)).toEqual(expect.arrayContaining(ids));
    expect(await outcomes('skip', { container })).toEqual(expect.arrayContaining(ids));
    const others = {
      restartPolicies: ['Always'],
      projectIds: ['b'],
      zones: [],
      serviceAccounts: ['x'],
      signatureKeyIds: ['00'],
    } as const;
    expect(await failed({ container }, others)).toEqual(ids);
    const absent = { claims: { google_service_accounts: [] }, submods: { gce: {}, container: {} } };
    expect(await failed(absent, own)).toEqual(ids);
    const impersonated = { claims: { google_service_accounts: [account, 'stranger@example.com'] } };
    expect(await failed(impersonated, { serviceAccounts: [account] })).toEqual(['cs.service-accounts']);
  });
});
