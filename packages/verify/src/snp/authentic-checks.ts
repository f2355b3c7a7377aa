import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const AUTHENTIC: CheckDefinition = { layer: 'authentic' };
const AUTHENTIC_BY_AMD: CheckDefinition = { layer: 'authentic', authority: 'amd' };

/** Checks of the layer `authentic`. */
export const authenticChecks = {
  'snp.report.length': AUTHENTIC,
  'snp.report.version': AUTHENTIC,
  'snp.report.policy': AUTHENTIC,
  'snp.report.reserved': AUTHENTIC,
  'snp.report.signer-info': AUTHENTIC,
  'snp.report.signing-key': AUTHENTIC,
  'snp.report.signature-algorithm': AUTHENTIC,
  'snp.report.signature-form': AUTHENTIC,
  'snp.vek.present': AUTHENTIC,
  'snp.ask.present': AUTHENTIC,
  'snp.ark.present': AUTHENTIC,
  'snp.crl.present': AUTHENTIC,
  'snp.ark.self-signed': AUTHENTIC_BY_AMD,
  'snp.ark.anchor': AUTHENTIC_BY_AMD,
  'snp.ask.signature': AUTHENTIC_BY_AMD,
  'snp.vek.signature': AUTHENTIC_BY_AMD,
  'snp.chain.names': AUTHENTIC,
  'snp.chain.keys': AUTHENTIC,
  'snp.chain.constraints': AUTHENTIC,
  'snp.chain.crl-url': AUTHENTIC,
  'snp.chain.validity': AUTHENTIC_BY_AMD,
  'snp.crl.issuer': AUTHENTIC,
  'snp.crl.signature': AUTHENTIC_BY_AMD,
  'snp.crl.freshness': AUTHENTIC_BY_AMD,
  'snp.crl.revocation': AUTHENTIC_BY_AMD,
  'snp.vek.extensions': AUTHENTIC,
  'snp.vek.kind': AUTHENTIC,
  'snp.product.line': AUTHENTIC,
  'snp.report.signature': AUTHENTIC_BY_AMD,
  'snp.tcb.reported': AUTHENTIC_BY_AMD,
  'snp.tcb.current': AUTHENTIC_BY_AMD,
  'snp.chip.id': AUTHENTIC_BY_AMD,
} as const satisfies Catalogue;
