import type { Catalogue } from '../verdict/check.ts';
import { INTEL } from './intel-checks.ts';

/** Checks of the PCK certificate and of the TCB level. */
export const platformChecks = {
  'dcap.pck.present': INTEL,
  'dcap.pck.chain': INTEL,
  'dcap.pck.form': INTEL,
  'dcap.pck.extension': INTEL,
  'dcap.pck.svn-range': INTEL,
  'dcap.pck.issuer': INTEL,
  'dcap.pck.ca-form': INTEL,
  'dcap.pck.ca-signature': INTEL,
  'dcap.pck.ca-revoked': INTEL,
  'dcap.pck.signature': INTEL,
  'dcap.pck.validity': INTEL,
  'dcap.pck.crl-issuer': INTEL,
  'dcap.pck.revoked': INTEL,
  'dcap.pck.matches-quote': INTEL,
  'dcap.tcb.level': INTEL,
  'dcap.tcb.module-level': INTEL,
  'dcap.tcb.current-level': INTEL,
} as const satisfies Catalogue;
