import type { Catalogue } from '../verdict/check.ts';
import { collateralChecks } from './collateral-checks.ts';
import { INTEL } from './intel-checks.ts';
import { platformChecks } from './platform-checks.ts';

/** Checks of the quote itself: form, keys and signatures (Intel SGX/TDX DCAP quote, versions 3 to 5). */
export const quoteChecks = {
  'dcap.quote.length': INTEL,
  'dcap.quote.version': INTEL,
  'dcap.quote.key-type': INTEL,
  'dcap.quote.tee-type': INTEL,
  'dcap.quote.vendor': INTEL,
  'dcap.quote.body': INTEL,
  'dcap.quote.auth-data': INTEL,
  'dcap.quote.certification': INTEL,
  'dcap.quote.trailing': INTEL,
  'dcap.quote.attestation-key': INTEL,
  'dcap.quote.signature': INTEL,
  'dcap.qe-report.signature': INTEL,
  'dcap.qe-report.binding': INTEL,
  'dcap.qe.miscselect': INTEL,
  'dcap.qe.attributes': INTEL,
  'dcap.qe.mrsigner': INTEL,
  'dcap.qe.isvprodid': INTEL,
  'dcap.qe.isvsvn': INTEL,
} as const satisfies Catalogue;

/** All checks that quotes of both Intel TEEs share. */
export const dcapChecks = { ...quoteChecks, ...collateralChecks, ...platformChecks } as const;

/** Checks that apply to some quotes only: a verdict can pass without them. */
export const OPTIONAL_CHECKS: readonly string[] = [
  'dcap.quote.trailing',
  'dcap.pck.matches-quote',
  'dcap.tcb.module-level',
  'dcap.tcb.current-level',
];
