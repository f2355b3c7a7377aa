import { randomBytes } from 'node:crypto';
import { createIntelVendor, createPcsService, eachDay, type IntelVendor, issuePck, type Pck } from '@assay/simulate';
import type { Ground } from './ground.ts';
import { type Part, part } from './part.ts';

/** The vendor that stands in for Intel, and the one machine that it certifies. */
export interface Intel extends Part {
  readonly vendor: IntelVendor;
  readonly pck: Pck;
  /** Address of its certification service. */
  readonly service: string;
  /** Path of its root certificate. */
  readonly root: string;
}

/** Starts Intel's provisioning certification service, with the collateral of one machine. */
export async function startIntel(ground: Ground): Promise<Intel> {
  const { clock, seed } = ground;
  const door = await ground.reserve(1);
  const source = seed === undefined ? { randomBytes } : { seed };
  const vendor = await createIntelVendor({ ...source, now: clock(), baseUrl: door.address });
  const pck = await issuePck(vendor);
  const service = eachDay((now) => createPcsService({ ...vendor, now }, { kind: 'pcs', platforms: [{ pck }] }), clock);
  door.open(async (request) => (await service())(request));
  const root = await ground.write('roots/intel.pem', vendor.rootPem);
  const services = [{ name: 'Intel PCS v4', at: door.address }];
  return { ...part({ services }), vendor, pck, service: door.address, root };
}
