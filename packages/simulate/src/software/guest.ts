import { buildSnpReport, type SnpReportFields } from '../amd/report.ts';
import type { Vek } from '../amd/vek.ts';
import type { QuoteSource } from './source.ts';

/** An SEV-SNP guest in software on a chip of a test vendor. */
export function createSoftwareGuest(vek: Vek, fields: SnpReportFields = {}): QuoteSource {
  return {
    tee: 'snp',
    async quote(reportData) {
      if (reportData.length !== 64) throw new Error(`reportData: expected 64 bytes, found ${reportData.length}`);
      return buildSnpReport(vek, { ...fields, reportData: Uint8Array.from(reportData) });
    },
  };
}
