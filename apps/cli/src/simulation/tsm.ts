import { createSoftwareTd, type SoftwareTd } from '@assay/simulate';
import { createSoftwareTsm } from '@assay/simulate/node';
import type { Ground } from './ground.ts';
import type { Intel } from './intel.ts';
import { mounted } from './mounted.ts';
import { type Part, part } from './part.ts';
import { measurementsOf, policyText } from './policy.ts';

const NAME = 'configfs-TSM of a TDX guest';

/** A software TD, and the policy that it satisfies. */
export interface Guest {
  readonly td: SoftwareTd;
  readonly policy: string;
}

/** Boots a TD on the machine that Intel's stand-in certifies. */
export async function bootTd(ground: Ground, { vendor, pck }: Intel): Promise<Guest> {
  const td = createSoftwareTd(vendor, { pck });
  const policy = await ground.write('policies/tdx.yaml', policyText('TDX guest', await measurementsOf(td, ['mrtd'])));
  return { td, policy };
}

/** Mounts the configfs-TSM of a TD. */
export async function startTsm(ground: Ground, { service, root }: Intel, { td, policy }: Guest): Promise<Part> {
  const tsm = await mounted(ground, { name: NAME, folder: 'tsm', root: createSoftwareTsm(td).root });
  if (tsm.path === undefined) return part({ absent: tsm.absent });
  return part({
    services: [{ name: NAME, at: tsm.path }],
    environment: { ASSAY_TSM_PATH: tsm.path },
    trials: [{ name: 'tdx', from: 'tsm', collateral: { service }, root, policy }],
  });
}
