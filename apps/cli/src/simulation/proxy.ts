import { createAttestationProxy } from '@assay/simulate/node';
import type { Ground } from './ground.ts';
import type { Intel } from './intel.ts';
import { type Part, part } from './part.ts';
import type { Guest } from './tsm.ts';

/** Starts the attestation proxy of a TDX guest: it quotes for anyone on this machine. */
export async function startProxy(ground: Ground, { service, root }: Intel, { td, policy }: Guest): Promise<Part> {
  const { address } = await ground.serve(createAttestationProxy(td), { port: ground.port(4) });
  return part({
    services: [{ name: 'attestation proxy of the TDX guest', at: address }],
    environment: { TDX_ATTESTATION_PROXY_URL: address },
    trials: [{ name: 'proxy', from: 'proxy', collateral: { service }, root, policy }],
  });
}
