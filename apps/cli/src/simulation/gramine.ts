import { createSoftwareEnclave } from '@assay/simulate';
import { createGramineFolder } from '@assay/simulate/node';
import type { Ground } from './ground.ts';
import type { Intel } from './intel.ts';
import { mounted } from './mounted.ts';
import { type Part, part } from './part.ts';
import { measurementsOf, policyText } from './policy.ts';

const NAME = '/dev/attestation of Gramine';

/** Mounts the attestation folder of an SGX enclave under Gramine. */
export async function startGramine(ground: Ground, { vendor, pck, service, root }: Intel): Promise<Part> {
  const enclave = createSoftwareEnclave(vendor, { pck });
  const folder = createGramineFolder(enclave, { entropy: vendor.entropy });
  const gramine = await mounted(ground, { name: NAME, folder: 'gramine', root: folder });
  if (gramine.path === undefined) return part({ absent: gramine.absent });
  const measurements = await measurementsOf(enclave, ['mrenclave']);
  const policy = await ground.write('policies/sgx.yaml', policyText('SGX enclave', measurements));
  return part({
    services: [{ name: NAME, at: gramine.path }],
    environment: { ASSAY_GRAMINE_PATH: gramine.path },
    trials: [{ name: 'sgx', from: 'gramine', collateral: { service }, root, policy }],
  });
}
