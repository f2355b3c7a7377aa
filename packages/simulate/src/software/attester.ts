import { type Attester, carrying, checkedRequest } from '@assay/attest';
import { AssayError } from '@assay/verify';
import type { QuoteSource } from './source.ts';

/**
 * Evidence from a machine in software. It attests nothing: only who trusts the test vendor's root accepts it.
 *
 * @example
 * const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
 */
export function createSoftwareAttester(source: QuoteSource): Attester {
  return {
    name: 'software',
    async detect() {
      return { available: true, looked: [`a machine in software that makes evidence of the kind ${source.tee}`] };
    },
    async evidence(request) {
      const checked = checkedRequest(request);
      const { reportData, signal } = checked;
      signal?.throwIfAborted();
      const envelope = await carrying({ evidence: await quoteOf(source, reportData) }, checked);
      signal?.throwIfAborted();
      return envelope;
    },
    health: [],
  };
}

async function quoteOf(source: QuoteSource, reportData: Uint8Array): Promise<Uint8Array> {
  try {
    return await source.quote(reportData);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it threw what is no error';
    throw new AssayError(
      'unavailable',
      `the machine in software made no quote: ${reason}; look at its options`,
      {},
      { cause },
    );
  }
}
