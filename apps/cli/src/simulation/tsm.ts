import { createSoftwareTsm, type SoftwareTd } from '@assay/simulate';
import type { Ground } from './ground.ts';
import type { Intel } from './intel.ts';
import { mounted } from './mounted.ts';
import { type Part, part } from './part.ts';
import { measurementsOf, policyText } from './policy.ts';

const NAME = 'configfs-TSM of a TDX guest';

/** Mounts the configfs-TSM of a software TD. */
export async function startTsm(ground: Ground, { service, root }: Intel, td: SoftwareTd): Promise<Part> {
  const tsm = await mounted(ground, { name: NAME, folder: 'tsm', root: createSoftwareTsm(td).root });
  if (tsm.path === undefined) return part({ absent: tsm.absent });
  const policy = await ground.write('policies/tdx.yaml', policyText('TDX guest', await measurementsOf(td, ['mrtd'])));
  return part({
    services: [{ name: NAME, at: tsm.path }],
    environment: { ASSAY_TSM_PATH: tsm.path },
    trials: [{ name: 'tdx', from: 'tsm', collateral: { service }, root, policy }],
  });
}
