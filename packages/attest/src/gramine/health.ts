import type { Envelope } from '@assay/verify/evidence';
import { findingAfter, findingOf } from '../finding.ts';
import type { HealthCheck } from '../health.ts';
import { attestationType, requireDcap } from './access.ts';
import type { PseudoFiles } from './pseudo-files.ts';

/** What an enclave of Gramine's needs to attest itself; `tryQuote` makes a quote that nobody gets to see. */
export function gramineHealth(
  files: PseudoFiles,
  tryQuote: (signal?: AbortSignal) => Promise<Envelope>,
): readonly HealthCheck[] {
  const enclave = (): Promise<string> => attestationType(files);
  return [
    {
      id: 'gramine.enclave',
      requires: `The program runs in an SGX enclave of Gramine's: ${files.path}/attestation_type is there.`,
      look: () => findingOf(async () => `${files.path}/attestation_type: ${await enclave()}`),
    },
    {
      id: 'gramine.dcap',
      requires: 'The manifest has `sgx.remote_attestation = "dcap"`.',
      look: () => findingAfter(enclave, 'no enclave', () => requireDcap(files).then(() => 'dcap')),
    },
    {
      id: 'gramine.quote',
      requires: 'The quoting enclave on the host makes quotes.',
      look: (signal) =>
        findingAfter(
          () => requireDcap(files),
          'no remote attestation by DCAP',
          async () => `a quote of ${(await tryQuote(signal)).evidence.length} bytes`,
        ),
    },
  ];
}
