import type { TeeName } from '@assay/verify';

/** A machine in software that signs: 64 bytes of report data in, a quote or report with them out. */
export interface QuoteSource {
  readonly tee: TeeName;
  quote(reportData: Uint8Array): Promise<Uint8Array>;
}

/** A copy of report data, which the caller may change while it is signed. Throws unless it is 64 bytes. */
export function copyOfReportData(reportData: Uint8Array): Uint8Array {
  if (reportData.length !== 64) throw new Error(`reportData: expected 64 bytes, found ${reportData.length}`);
  return Uint8Array.from(reportData);
}
