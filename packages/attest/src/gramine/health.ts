import type { Envelope } from '@assay/verify/evidence';
import { findingAfter, findingOf } from '../finding.ts';
import type { HealthCheck } from '../health.ts';
import { requireDcap } from './access.ts';
import type { PseudoFiles } from './pseudo-files.ts';

/**
 * What an enclave of Gramine's needs to attest itself: `type` looks at its type of attestation, and `tryQuote` makes a
 * quote that nobody gets to see.
 */
export function gramineHealth(
  files: PseudoFiles,
  type: (signal?: AbortSignal) => Promise<string>,
  tryQuote: (signal?: AbortSignal) => Promise<Envelope>,
): readonly HealthCheck[] {
  const dcap = async (signal?: AbortSignal): Promise<string> => {
    const found = await type(signal);
    requireDcap(files, found);
    return found;
  };
  return [
    {
      id: 'gramine.enclave',
      requires: `The program runs in an SGX enclave of Gramine's: ${files.path}/attestation_type is there.`,
      look: (signal) => findingOf(async () => `${files.path}/attestation_type: ${await type(signal)}`),
    },
    {
      id: 'gramine.dcap',
      requires: 'The manifest has `sgx.remote_attestation = "dcap"`.',
      look: (signal) =>
        findingAfter(
          () => type(signal),
          'no enclave',
          () => dcap(signal),
        ),
    },
    {
      id: 'gramine.quote',
      requires: 'The quoting enclave on the host makes quotes.',
      look: (signal) =>
        findingAfter(
          () => dcap(signal),
          'no remote attestation by DCAP',
          async () => `a quote of ${(await tryQuote(signal)).evidence.length} bytes`,
        ),
    },
  ];
}
