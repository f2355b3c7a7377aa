import type { TeeName } from '@assay/verify';

/** A machine in software that signs: 64 bytes of report data in, a quote or report with them out. */
export interface QuoteSource {
  readonly tee: TeeName;
  quote(reportData: Uint8Array): Promise<Uint8Array>;
}
