import type { Pck } from '../intel/pck.ts';
import { signQuote } from '../intel/quote.ts';
import { createQuotingEnclave, type QuotingEnclave } from '../intel/quoting-enclave.ts';
import type { SgxReportFields } from '../intel/report-layout.ts';
import type { IntelVendor } from '../intel/vendor.ts';
import { copyOfReportData, type QuoteSource } from './source.ts';

/** An SGX enclave in software on a platform of a test vendor. */
export function createSoftwareEnclave(
  vendor: IntelVendor,
  options: { readonly pck: Pck; readonly report?: SgxReportFields },
): QuoteSource {
  const { pck } = options;
  const report = structuredClone(options.report);
  // One for the machine's life: a quote costs one signature.
  let quotingEnclave: Promise<QuotingEnclave> | undefined;
  return {
    tee: 'sgx',
    async quote(reportData) {
      const said = { ...report, reportData: copyOfReportData(reportData) };
      quotingEnclave ??= createQuotingEnclave(vendor, pck, { kind: 'QE' });
      return (await signQuote(await quotingEnclave, { body: 'sgx', report: said })).bytes;
    },
  };
}
