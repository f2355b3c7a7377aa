import type { Verdict } from '@assay/verify';

/** Checks that fail where a root is neither pinned nor vouched for. */
const ANCHORS = ['dcap.root.trusted', 'snp.ark.anchor', 'cs.pki.root'];

/** True when the evidence ends in a root that is no vendor's, and that the reader did not vouch for. */
export function hasUnknownRoot({ checks }: Verdict): boolean {
  return checks.some(({ id, outcome }) => ANCHORS.includes(id) && outcome === 'fail');
}
