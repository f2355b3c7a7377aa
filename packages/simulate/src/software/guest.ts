import { buildSnpReport, type SnpReportFields } from '../amd/report.ts';
import type { Vek } from '../amd/vek.ts';
import { copyOfReportData, type QuoteSource } from './source.ts';

/** An SEV-SNP guest in software on a chip of a test vendor. */
export function createSoftwareGuest(vek: Vek, fields: SnpReportFields = {}): QuoteSource {
  const kept = structuredClone(fields);
  return {
    tee: 'snp',
    async quote(reportData) {
      return buildSnpReport(vek, { ...kept, reportData: copyOfReportData(reportData) });
    },
  };
}
