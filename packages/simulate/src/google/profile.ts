/** A JSON object of a token. */
export type TokenObject = Readonly<Record<string, unknown>>;

/** Where a workload runs, and on which image. */
export type TokenProfile = 'sev' | 'tdx' | 'gpu' | 'sev-debug' | 'tdx-debug' | 'shielded-vm' | 'plain-vm';

/** What a token says of its occasion. */
export interface Occasion {
  readonly issuer: string;
  readonly audience: string;
  readonly nonces: readonly string[];
  readonly issuedAt: Date;
}

const TDX = {
  hwmodel: 'GCP_INTEL_TDX',
  attester_tcb: ['INTEL'],
  tdx: { gcp_attester_tcb_status: 'UpToDate', gcp_attester_tcb_date: '2025-05-14T00:00:00Z' },
};
const DEBUG = { dbgstat: 'enabled' };

/** How each profile differs from a production image on AMD SEV. */
const PROFILES: Readonly<Record<TokenProfile, TokenObject>> = {
  sev: {},
  tdx: TDX,
  gpu: TDX,
  'sev-debug': DEBUG,
  'tdx-debug': { ...TDX, ...DEBUG },
  'shielded-vm': { hwmodel: 'GCP_SHIELDED_VM' },
  'plain-vm': {
    swname: 'GCE',
    swversion: [],
    eat_profile: 'https://cloud.google.com/confidential-computing/confidential-vm/docs/token-claims',
  },
};

const PROJECT = 'simulated-project';
const ZONE = 'us-west1-b';
const INSTANCE = 'simulated-instance';

/** The claims of a token, in the shapes of Google's: one nonce is a string, several are an array; an hour's life. */
export function tokenClaims(profile: TokenProfile, { issuer, audience, nonces, issuedAt }: Occasion): TokenObject {
  const iat = Math.floor(issuedAt.getTime() / 1000);
  return {
    aud: audience,
    exp: iat + 3600,
    iat,
    iss: issuer,
    nbf: iat,
    sub: `https://www.googleapis.com/compute/v1/projects/${PROJECT}/zones/${ZONE}/instances/${INSTANCE}`,
    ...(nonces.length > 0 && { eat_nonce: nonces.length === 1 ? nonces[0] : nonces }),
    eat_profile: 'https://cloud.google.com/confidential-computing/confidential-space/docs/reference/token-claims',
    secboot: true,
    oemid: 11129,
    hwmodel: 'GCP_AMD_SEV',
    swname: 'CONFIDENTIAL_SPACE',
    swversion: ['260600'],
    dbgstat: 'disabled-since-boot',
    submods: submodsOf(profile),
    google_service_accounts: [`workload@${PROJECT}.iam.gserviceaccount.com`],
    ...PROFILES[profile],
  };
}

function submodsOf(profile: TokenProfile): TokenObject {
  const gce = {
    zone: ZONE,
    project_id: PROJECT,
    project_number: '123456789012',
    instance_name: INSTANCE,
    instance_id: '1234567890123456789',
  };
  // A VM that is not Confidential Space has no container that anybody measured.
  if (profile === 'plain-vm') return { gce };
  const debug = profile.endsWith('-debug');
  return {
    confidential_space: {
      ...(!debug && { support_attributes: ['LATEST', 'STABLE', 'USABLE'] }),
      monitoring_enabled: { memory: false },
    },
    container: {
      image_reference: 'registry.invalid/simulated/workload:latest',
      image_digest: `sha256:${'5a'.repeat(32)}`,
      restart_policy: 'Never',
      image_id: `sha256:${'a5'.repeat(32)}`,
      env: { HOSTNAME: INSTANCE, PATH: '/usr/bin:/bin' },
      args: ['/workload'],
    },
    gce,
    ...(profile === 'gpu' && { nvidia_gpu: { cc_mode: 'ON' } }),
  };
}
