import type { TeeName } from '@assay/verify';

/** The aspects that AR4SI knows, by their names in a vector (draft-ietf-rats-ar4si-10 section 2.3.4). */
export type Aspect =
  | 'instance-identity'
  | 'configuration'
  | 'executables'
  | 'file-system'
  | 'hardware'
  | 'runtime-opaque'
  | 'storage-opaque'
  | 'sourced-data';

/** The aspects of which evidence of some TEE says something. */
export const CLAIMED_ASPECTS = [
  'instance-identity',
  'configuration',
  'executables',
  'hardware',
  'runtime-opaque',
] as const satisfies readonly Aspect[];

/** One of them. */
export type ClaimedAspect = (typeof CLAIMED_ASPECTS)[number];

/** What a claim is worth by the worst of its checks: one failed, one warned, all passed. */
export interface AspectValues {
  readonly fail: number;
  readonly warn: number;
  readonly pass: number;
}

/** AR4SI's values. Unknown code is 33, not 96: nobody knows it as bad. */
export const ASPECT_VALUES: Readonly<Record<ClaimedAspect, AspectValues>> = {
  'instance-identity': { fail: 97, warn: 97, pass: 2 },
  configuration: { fail: 96, warn: 32, pass: 2 },
  executables: { fail: 33, warn: 32, pass: 3 },
  hardware: { fail: 96, warn: 32, pass: 2 },
  'runtime-opaque': { fail: 96, warn: 96, pass: 2 },
};

const DCAP_HARDWARE = [
  'tcb.status',
  'tcb.evaluation-number',
  'tcb.advisories',
  'collateral.age',
  'endorsements.rollback',
];
const EVENT_LOG = [
  'event-log.parse',
  'event-log.digest',
  'event-log.replay',
  'event-log.reserved',
  'event-log.boot',
  'event-log.compose-hash',
  'event-log.app-id',
];

/** Which checks each claim rests on, by TEE. A check that did not run, or was skipped, says nothing. */
export const ASPECT_CHECKS: Readonly<Record<TeeName, Readonly<Record<ClaimedAspect, readonly string[]>>>> = {
  sgx: {
    'instance-identity': ['identity.platform'],
    configuration: ['sgx.init'],
    executables: ['identity.release'],
    hardware: DCAP_HARDWARE,
    'runtime-opaque': ['sgx.debug'],
  },
  tdx: {
    'instance-identity': ['identity.platform'],
    configuration: ['tdx.attributes', 'tdx.sept-ve-disable', 'tdx.migratable', 'tdx.service-td', 'event-log.config-id'],
    executables: ['identity.release', ...EVENT_LOG],
    hardware: DCAP_HARDWARE,
    'runtime-opaque': ['tdx.debug'],
  },
  snp: {
    'instance-identity': ['identity.platform'],
    configuration: [
      'snp.migration-agent',
      'snp.vmpl',
      'snp.abi',
      'snp.guest-svn',
      'snp.smt',
      'snp.tsme',
      'snp.ecc',
      'snp.rapl',
      'snp.ciphertext-hiding',
      'snp.trusted-io',
      'snp.single-socket',
      'snp.cxl',
      'snp.aes-256-xts',
      'snp.page-swap',
    ],
    executables: ['identity.release'],
    hardware: [
      'snp.product.allowed',
      'snp.signer.allowed',
      'snp.csp.allowed',
      'snp.tcb.committed',
      'snp.firmware.committed',
      'snp.tcb.minimum',
      'snp.tcb.minimum-launch',
      'snp.firmware.minimum-build',
      'snp.firmware.minimum-api',
      'snp.mitigations',
      'snp.alias-check',
      'collateral.age',
      'endorsements.rollback',
    ],
    'runtime-opaque': ['snp.debug'],
  },
  'confidential-space': {
    'instance-identity': ['identity.platform'],
    configuration: [
      'cs.secboot',
      'cs.monitoring',
      'cs.env-override',
      'cs.cmd-override',
      'cs.restart-policy',
      'cs.project',
      'cs.zone',
      'cs.service-accounts',
    ],
    executables: ['identity.release', 'cs.image-signature', 'cs.swname', 'cs.support'],
    hardware: ['cs.hwmodel', 'cs.tdx-tcb', 'cs.gpu', 'collateral.age', 'endorsements.rollback'],
    'runtime-opaque': ['cs.dbgstat', 'cs.hwmodel'],
  },
};

/** Checks that recognise code: without one of them passing, nothing is known of the executables. */
export const RECOGNISING: readonly string[] = ['identity.release', 'cs.image-signature'];

/** What simulated evidence is worth: there is no such hardware, and nothing hides memory. */
export const SIMULATED = { hardware: 97, 'runtime-opaque': 96 } as const;
