import type { Tee } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { explanations } from '@assay/verify/explanations';
import { sgx } from '@assay/verify/sgx';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';

/** Every TEE that Assay knows. */
export const TEES: readonly Tee[] = [sgx, tdx, snp, confidentialSpace];

/** What a check requires, in one sentence. */
export function requires(id: string): string | undefined {
  return explanations[id]?.[0];
}
