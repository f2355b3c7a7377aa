import type { Pck } from '../intel/pck.ts';
import { buildQuote, createAttestationKey } from '../intel/quote.ts';
import type { SgxReportFields } from '../intel/report-layout.ts';
import type { IntelVendor } from '../intel/vendor.ts';
import type { QuoteSource } from './source.ts';

/** An SGX enclave in software on a platform of a test vendor. */
export function createSoftwareEnclave(
  vendor: IntelVendor,
  { pck, report = {} }: { readonly pck: Pck; readonly report?: SgxReportFields },
): QuoteSource {
  const attestationKey = createAttestationKey(vendor);
  return {
    tee: 'sgx',
    async quote(reportData) {
      if (reportData.length !== 64) throw new Error(`reportData: expected 64 bytes, found ${reportData.length}`);
      const said = { ...report, reportData: Uint8Array.from(reportData) };
      return (await buildQuote(vendor, pck, { body: 'sgx', attestationKey, report: said })).bytes;
    },
  };
}
