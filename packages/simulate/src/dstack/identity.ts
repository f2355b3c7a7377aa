import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Entropy } from '../entropy.ts';
import type { Pck } from '../intel/pck.ts';
import type { AppCompose } from './app-compose.ts';
import type { Release } from './release.ts';

/** Who a guest is: what it measures of itself and answers to `Info`. */
export interface GuestIdentity {
  /** 20 bytes: the start of the compose hash, or an id that was given at deployment. */
  readonly appId: Uint8Array;
  /** SHA-256 of the app-compose file. */
  readonly composeHash: Uint8Array;
  /** 20 bytes; empty where the app-compose file wants none. */
  readonly instanceId: Uint8Array;
  /** SHA-256 of the platform's PPID. */
  readonly deviceId: Uint8Array;
  /** SHA-256 that names the image of the guest's operating system, 32 bytes; empty before 0.5.3, which named none. */
  readonly osImageHash: Uint8Array;
  /** The KMS's `mr_aggregated`, 32 bytes. */
  readonly kmsMeasurement: Uint8Array;
  /** JSON text `{"name","id"}`: a KMS is known by its root CA's DER SubjectPublicKeyInfo. */
  readonly keyProviderInfo: string;
  /** JSON text with the virtual hardware; nothing of it is measured here. */
  readonly vmConfig: string;
}

/** What an identity is made from. */
export interface IdentitySource {
  readonly entropy: Entropy;
  readonly pck: Pck;
  readonly compose: AppCompose;
  readonly release: Release;
  /** DER SubjectPublicKeyInfo of the KMS's root CA. */
  readonly kmsRootSpki: Uint8Array;
  readonly appId: Uint8Array | undefined;
}

/** The identity of a guest. Throws for an app id that is not 20 bytes. */
export function identityOf(source: IdentitySource): GuestIdentity {
  const { entropy, pck, compose, release, kmsRootSpki, appId = compose.hash.slice(0, 20) } = source;
  if (appId.length !== 20) throw new Error(`app id: expected 20 bytes, found ${appId.length}`);
  const seed = entropy.bytes('dstack/instance', 20);
  const named = release.reaches('0.5.3');
  const osImageHash = named ? sha256(utf8ToBytes(`simulated dstack ${release.name}`)) : new Uint8Array(0);
  return {
    appId: Uint8Array.from(appId),
    composeHash: compose.hash,
    instanceId: compose.noInstanceId ? new Uint8Array(0) : sha256(concatBytes(seed, appId)).slice(0, 20),
    deviceId: sha256(pck.platform.ppid),
    osImageHash,
    kmsMeasurement: sha256(utf8ToBytes('simulated dstack KMS')),
    keyProviderInfo: JSON.stringify({ name: 'kms', id: bytesToHex(kmsRootSpki) }),
    vmConfig: JSON.stringify({ ...(named && { os_image_hash: bytesToHex(osImageHash) }), ...HARDWARE }),
  };
}

const HARDWARE = {
  spec_version: 1,
  cpu_count: 2,
  memory_size: 4_294_967_296,
  qemu_single_pass_add_pages: false,
  pic: false,
  qemu_version: '9.2.1',
  pci_hole64_size: 0,
  hugepages: false,
  num_gpus: 0,
  num_nvswitches: 0,
  hotplug_off: false,
};
