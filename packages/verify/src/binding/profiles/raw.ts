import { type Profile, padded } from './expectation.ts';

/**
 * `raw`: report data is what the relying party says, all 64 bytes of it; shorter input is followed by zeros.
 *
 * Proves that the workload, or whoever may ask it for quotes, chose these bytes; what they mean is the caller's to know.
 * Fresh when they start with the caller's nonce.
 */
export const raw: Profile = ({ reportData }) => {
  if (reportData === undefined) return { missing: 'subject.reportData was not given' };
  return { reportData: padded(reportData), chosen: reportData };
};
