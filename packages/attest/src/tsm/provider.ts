import type { TeeName } from '@assay/verify';
import { unavailable } from '../failure.ts';

/** Providers of configfs-TSM whose reports can be verified (Documentation/ABI/testing/configfs-tsm). */
const TEES: ReadonlyMap<string, TeeName> = new Map([
  ['tdx_guest', 'tdx'],
  ['sev_guest', 'snp'],
]);

/** The TEE of a provider's name. Throws `unavailable` for any other, such as `arm_cca_guest`. */
export function teeOfProvider(provider: string, path: string): TeeName {
  const tee = TEES.get(provider);
  if (tee !== undefined) return tee;
  const known = [...TEES.keys()].join(' or ');
  throw unavailable(
    `${path}: expected the provider ${known}, found ${JSON.stringify(provider.slice(0, 64))}`,
    'use a TDX or SEV-SNP guest: evidence of other TEEs cannot be verified',
  );
}
