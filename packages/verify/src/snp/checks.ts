import { collateralAgeChecks } from '../policy/checks.ts';
import type { Catalogue } from '../verdict/check.ts';
import { authenticChecks } from './authentic-checks.ts';
import { platformChecks } from './platform-checks.ts';

/** All checks of AMD SEV-SNP evidence. */
export const snpChecks = { ...authenticChecks, ...platformChecks, ...collateralAgeChecks } as const satisfies Catalogue;

/** Checks without which a layer cannot pass: all authentic ones, and those platform ones that need no wish of the policy. */
export const required = {
  authentic: Object.keys(authenticChecks),
  platform: [
    'snp.debug',
    'snp.migration-agent',
    'snp.vmpl',
    'snp.product.allowed',
    'snp.signer.allowed',
    'snp.tcb.committed',
    'snp.firmware.committed',
    'snp.tcb.minimum',
    'snp.alias-check',
  ],
} as const;
