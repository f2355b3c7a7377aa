import type { Tee } from '../tee.ts';
import { appraiseSnp } from './appraise.ts';
import { authenticateSnp, type SnpAuthenticated } from './authenticate.ts';
import { required, snpChecks } from './checks.ts';
import { snpEndorsements } from './endorsements.ts';
import { parseSnp, recognisesSnp, type SnpParsed } from './parse.ts';

export type { SnpAuthenticated } from './authenticate.ts';
export type { GuestPolicy, PlatformInfo, SignerInfo } from './bit-fields.ts';
export type { SnpParsed } from './parse.ts';
export { ARK_PINS } from './pins.ts';
export type { Cpuid, ProductLine } from './product.ts';
export { type FirmwareVersion, parseSnpReport, type SnpReport } from './report.ts';

/** AMD SEV-SNP: reports of version 2 to 5, signed with VCEK or VLEK, of Milan, Genoa (Bergamo, Siena) and Turin. */
export const snp: Tee<SnpParsed, SnpAuthenticated> = {
  name: 'snp',
  endorsements: snpEndorsements,
  checks: snpChecks,
  explanations: async () => (await import('./explanations.ts')).snpExplanations,
  required,
  recognises: recognisesSnp,
  parse: parseSnp,
  authenticate: authenticateSnp,
  appraise: appraiseSnp,
};
