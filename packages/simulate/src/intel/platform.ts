import type { Entropy } from '../entropy.ts';

/** A machine as its PCK certificate describes it (Intel's SGX PCK certificate specification, section 1.3.5). */
export interface Platform {
  /** The CA that certifies it; Platform CA for machines with several processors, and for all with TDX. */
  readonly ca: 'processor' | 'platform';
  /** Family, model, stepping, platform, custom SKU: 6 bytes of hex. */
  readonly fmspc: string;
  /** 2 bytes of hex. */
  readonly pceId: string;
  /** Platform provisioning id, 16 bytes. */
  readonly ppid: Uint8Array;
  /** The 16 SGX TCB component SVNs, 0 to 255 each. */
  readonly components: readonly number[];
  readonly pceSvn: number;
  /** 16 bytes. Opaque, though Intel's certificates repeat the components here. */
  readonly cpuSvn: Uint8Array;
  /** 0 standard, 1 scalable, 2 scalable with integrity. */
  readonly sgxType: number;
  /** 16 bytes; Platform CA only. */
  readonly platformInstanceId: Uint8Array;
  /** Platform CA only. */
  readonly configuration: PlatformConfiguration;
}

/** How a multi-processor machine was set up. */
export interface PlatformConfiguration {
  readonly dynamicPlatform: boolean;
  readonly cachedKeys: boolean;
  readonly smtEnabled: boolean;
}

/** Parts of a platform; the rest gets defaults. */
export type PlatformOptions = Partial<Platform>;

/** Components 1 to 16 of the default platform. */
const COMPONENTS: readonly number[] = [7, 7, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];

/** A platform; ids that are not given come from the entropy. */
export function definePlatform(entropy: Entropy, options: PlatformOptions = {}): Platform {
  const ca = options.ca ?? 'platform';
  const components = options.components ?? COMPONENTS;
  if (components.length !== 16) throw new Error(`components: expected 16 SVNs, found ${components.length}`);
  return {
    ca,
    fmspc: 'a55a00000000',
    pceId: '0000',
    ppid: options.ppid ?? entropy.bytes('intel/platform/ppid', 16),
    components,
    pceSvn: 13,
    cpuSvn: Uint8Array.from(components),
    sgxType: ca === 'platform' ? 1 : 0,
    platformInstanceId: options.platformInstanceId ?? entropy.bytes('intel/platform/instance', 16),
    configuration: { dynamicPlatform: true, cachedKeys: false, smtEnabled: true },
    ...options,
  };
}
