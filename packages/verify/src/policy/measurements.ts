/** How a value is written: hexadecimal of exactly so many bytes, or text that matches a pattern. */
export type ValueForm = { readonly bytes: number } | { readonly pattern: string; readonly words: string };

const bytes16 = { bytes: 16 };
const bytes20 = { bytes: 20 };
const bytes32 = { bytes: 32 };
const bytes48 = { bytes: 48 };
const bytes64 = { bytes: 64 };
const decimal16 = { pattern: '^(0|[1-9][0-9]{0,4})$', words: 'a decimal number up to 65535, as text' };
const digest = { pattern: '^sha256:[0-9a-f]{64}$', words: 'sha256: and 32 bytes of lower-case hex' };
const text = { pattern: '^[^\\u0000-\\u001f]{1,4096}$', words: 'text of 1 to 4096 characters' };

/** Every measurement that a release may name, with its form. Hexadecimal is lower case. */
export const MEASUREMENTS = {
  // Intel SGX
  mrenclave: bytes32,
  mrsigner: bytes32,
  isvProdId: decimal16,
  isvSvn: decimal16,
  configId: bytes64,
  configSvn: decimal16,
  isvFamilyId: bytes16,
  isvExtProdId: bytes16,
  // Intel TDX
  mrtd: bytes48,
  rtmr0: bytes48,
  rtmr1: bytes48,
  rtmr2: bytes48,
  rtmr3: bytes48,
  mrConfigId: bytes48,
  mrOwner: bytes48,
  mrOwnerConfig: bytes48,
  mrSeam: bytes48,
  mrSignerSeam: bytes48,
  mrServiceTd: bytes48,
  // AMD SEV-SNP
  measurement: bytes48,
  idKeyDigest: bytes48,
  authorKeyDigest: bytes48,
  hostData: bytes32,
  reportId: bytes32,
  reportIdMa: bytes32,
  familyId: bytes16,
  // Google Confidential Space; SEV-SNP has an image id of 16 bytes.
  imageId: {
    pattern: '^([0-9a-f]{32}|sha256:[0-9a-f]{64})$',
    words: '16 bytes of lower-case hex, or a sha256: digest',
  },
  imageDigest: digest,
  imageReference: text,
  // dstack, from a replayed event log
  composeHash: bytes32,
  osImageHash: bytes32,
  mrAggregated: bytes32,
  mrSystem: bytes32,
  appId: bytes20,
  instanceId: bytes20,
  keyProvider: text,
} as const satisfies Readonly<Record<string, ValueForm>>;

/** Name of a measurement. */
export type MeasurementName = keyof typeof MEASUREMENTS;

/** Measurements of code. A release without any of them would hold for whatever somebody else wrote. */
export const CODE_MEASUREMENTS: readonly MeasurementName[] = [
  'mrenclave',
  'mrsigner',
  'mrtd',
  'measurement',
  'idKeyDigest',
  'authorKeyDigest',
  'imageDigest',
  'mrAggregated',
  'mrSystem',
];

/** What software extends or logs while a TD runs: worth as much as the firmware that extended first. */
export const RUN_TIME_MEASUREMENTS: readonly MeasurementName[] = [
  'rtmr0',
  'rtmr1',
  'rtmr2',
  'rtmr3',
  'composeHash',
  'osImageHash',
  'appId',
  'instanceId',
  'keyProvider',
];

/** Run-time values that the operating system sets: any kernel can extend what it likes into `rtmr3`. */
export const KERNEL_SET: readonly MeasurementName[] = [
  'rtmr3',
  'composeHash',
  'osImageHash',
  'appId',
  'instanceId',
  'keyProvider',
];

/** Digests of all registers from the firmware's on: either stands for `mrtd`, `rtmr1` and `rtmr2` together. */
export const WHOLE_MEASUREMENTS: readonly MeasurementName[] = ['mrAggregated', 'mrSystem'];

/** Every id of a machine that a policy may name, with its form. */
export const PLATFORM_IDS = {
  // Intel
  ppid: bytes16,
  fmspc: { bytes: 6 },
  pceId: { bytes: 2 },
  platformInstanceId: bytes16,
  // AMD
  chipId: bytes64,
  product: text,
  // Google
  projectId: text,
  projectNumber: text,
  instanceId: text,
  zone: text,
} as const satisfies Readonly<Record<string, ValueForm>>;

/** Name of a machine's id. */
export type PlatformId = keyof typeof PLATFORM_IDS;
