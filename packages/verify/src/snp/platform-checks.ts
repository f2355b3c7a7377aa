import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const PLATFORM: CheckDefinition = { layer: 'platform' };

/** Checks of the layer `platform`: what AMD leaves to the relying party. */
export const platformChecks = {
  'snp.debug': PLATFORM,
  'snp.migration-agent': PLATFORM,
  'snp.vmpl': PLATFORM,
  'snp.product.allowed': PLATFORM,
  'snp.signer.allowed': PLATFORM,
  'snp.csp.allowed': PLATFORM,
  'snp.tcb.committed': PLATFORM,
  'snp.firmware.committed': PLATFORM,
  'snp.tcb.minimum': PLATFORM,
  'snp.tcb.minimum-launch': PLATFORM,
  'snp.firmware.minimum-build': PLATFORM,
  'snp.firmware.minimum-api': PLATFORM,
  'snp.abi': PLATFORM,
  'snp.guest-svn': PLATFORM,
  'snp.mitigations': PLATFORM,
  'snp.alias-check': PLATFORM,
  'snp.smt': PLATFORM,
  'snp.tsme': PLATFORM,
  'snp.ecc': PLATFORM,
  'snp.rapl': PLATFORM,
  'snp.ciphertext-hiding': PLATFORM,
  'snp.trusted-io': PLATFORM,
  'snp.single-socket': PLATFORM,
  'snp.cxl': PLATFORM,
  'snp.aes-256-xts': PLATFORM,
  'snp.page-swap': PLATFORM,
} as const satisfies Catalogue;
