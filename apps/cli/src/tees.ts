import { sharedChecks, type Tee } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { sgx } from '@assay/verify/sgx';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';

/** Every TEE that Assay knows. */
export const TEES: readonly Tee[] = [sgx, tdx, snp, confidentialSpace];

/** A check's sentence in the catalogues: what it requires. */
export function requires(id: string): string | undefined {
  const catalogues = [sharedChecks, ...TEES.map(({ checks }) => checks)];
  return catalogues.find((catalogue) => id in catalogue)?.[id]?.requires;
}
