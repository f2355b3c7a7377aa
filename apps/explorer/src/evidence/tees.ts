import type { Tee, TeeName } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { sgx } from '@assay/verify/sgx';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';

/** Every TEE that Assay knows. */
export const TEES: readonly Tee[] = [sgx, tdx, snp, confidentialSpace];

/** What people call evidence of each. */
export const EVIDENCE_NAMES: Readonly<Record<TeeName, string>> = {
  sgx: 'Intel SGX quote',
  tdx: 'Intel TDX quote',
  snp: 'AMD SEV-SNP report',
  'confidential-space': 'Google Confidential Space token',
};
